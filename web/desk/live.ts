import { io, type Socket } from "socket.io-client";

import {
  fields,
  list,
  readCounts,
  readRow,
  readWhole,
  text,
  type Counts,
  type Row,
  type Whole,
} from "./protocol";

const MAX_RETRY_DELAY_MS = 15_000;
const ACK_TIMEOUT_MS = 10_000;
const TYPING_MS = 2_000;

export type Link = "connecting" | "ready" | "lost";

/** What the page is told. */
export interface Listener {
  linked(link: Link): void;
  changed(rows: readonly Row[], gone: readonly number[]): void;
  counted(counts: Counts): void;
  /** So many replies stand here that were given up. */
  undelivered(count: number): void;
  /** What of the channels does not work, as it came. */
  troubled(raw: unknown): void;
  heard(whole: Whole): void;
  watchedBy(caseId: number, names: readonly string[]): void;
  citizenTypes(caseId: number): void;
  signedOut(): void;
}

/** The desk's side of the Socket.IO namespace `/desk`. */
export class Live {
  link: Link = "connecting";

  #socket: Socket | null = null;
  #watched: { id: number; after: () => number } | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #refusals = 0;
  #typedAt = -Infinity;

  readonly #server: string;
  readonly #listener: Listener;

  constructor(server: string, listener: Listener) {
    this.#server = server;
    this.#listener = listener;
  }

  /** Connects, once; later calls change nothing. */
  open(): void {
    if (this.#socket) return;
    const listener = this.#listener;
    const socket = io(`${this.#server}/desk`, {
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: 1000,
      reconnectionDelayMax: MAX_RETRY_DELAY_MS,
      forceNew: true,
    });
    this.#socket = socket;
    socket.on("connect", () => this.#ready());
    socket.on("disconnect", () => this.#lose());
    socket.on("connect_error", () => this.#lose());
    socket.on("cases", (raw: unknown) => {
      const { changed, gone } = fields(raw);
      listener.changed(list(changed, readRow), list(gone, (id) => (typeof id === "number" ? id : null)));
    });
    socket.on("counts", (raw: unknown) => listener.counted(readCounts(raw)));
    socket.on("undelivered", (raw: unknown) => listener.undelivered(Number(fields(raw)["count"]) || 0));
    socket.on("troubles", (raw: unknown) => listener.troubled(raw));
    socket.on("lines", (raw: unknown) => {
      const whole = readWhole(raw, this.#server);
      if (whole) listener.heard(whole);
    });
    socket.on("watchers", (raw: unknown) => {
      const said = fields(raw);
      listener.watchedBy(Number(said["case"]), list(said["names"], (name) => text(name) || null));
    });
    socket.on("citizen_typing", (raw: unknown) => listener.citizenTypes(Number(fields(raw)["case"])));
    socket.on("signed_out", () => listener.signedOut());
    addEventListener("online", this.#hurry);
  }

  close(): void {
    removeEventListener("online", this.#hurry);
    clearTimeout(this.#retryTimer);
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    this.#socket = null;
  }

  /** From now on, and after every reconnection, the page is told of one case, from the position that `after` gives. */
  watch(id: number | null, after: () => number = () => 0): void {
    this.#watched = id === null ? null : { id, after };
    this.#typedAt = -Infinity;
    if (this.link === "ready") void this.#tellWatched();
  }

  /** The agent is writing to the citizen of the watched case. */
  type(): void {
    const moment = performance.now();
    if (!this.#watched || this.link !== "ready" || moment - this.#typedAt < TYPING_MS) return;
    this.#typedAt = moment;
    this.#socket?.emit("typing", { case: this.#watched.id });
  }

  async #tellWatched(): Promise<void> {
    const watched = this.#watched;
    const socket = this.#socket;
    if (!socket) return;
    try {
      const asked = { case: watched?.id ?? null, after: watched?.after() ?? 0 };
      const said = fields(await socket.timeout(ACK_TIMEOUT_MS).emitWithAck("watch", asked));
      if (!watched || this.#watched !== watched) return;
      if (said["ok"] === true) this.#listener.watchedBy(watched.id, list(said["watchers"], (name) => text(name) || null));
      else if (said["error"] === "signed_out") this.#listener.signedOut();
    } catch {
      // Not answered: the connection that comes next asks again.
      if (this.#watched === watched) socket.io.engine?.close();
    }
  }

  #ready(): void {
    clearTimeout(this.#retryTimer);
    this.#refusals = 0;
    this.#turn("ready");
    if (this.#watched) void this.#tellWatched();
  }

  #lose(): void {
    const socket = this.#socket;
    if (!socket) return;
    // The library does not try again when it was the server that said no.
    if (!socket.active) {
      clearTimeout(this.#retryTimer);
      const delay = Math.min(1000 * 2 ** this.#refusals++, MAX_RETRY_DELAY_MS) * (0.75 + Math.random() / 2);
      this.#retryTimer = setTimeout(() => this.#socket?.connect(), delay);
    }
    this.#turn("lost");
  }

  readonly #hurry = (): void => {
    if (!this.#socket || this.#socket.connected) return;
    clearTimeout(this.#retryTimer);
    this.#socket.disconnect().connect();
  };

  #turn(link: Link): void {
    this.link = link;
    this.#listener.linked(link);
  }
}
