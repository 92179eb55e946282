import { io, type Socket } from "socket.io-client";

import { Desk } from "./desk";
import { append, change, merge, settled, type Item } from "./entries";
import { readAck, readEntry, readReady, readReceipt, readStanding, readWriter, type Choice, type Entry } from "./protocol";
import type { Storage } from "./storage";

/** Whether the server can be reached: not asked yet, being asked, session confirmed, lost, or erased for good. */
export type Link = "idle" | "connecting" | "ready" | "lost" | "ended";

/** How a conversation ended: with the receipt of its erasure, or null when another window erased it. */
export interface Ending {
  readonly receipt: string | null;
  readonly text: string;
}

const ACK_TIMEOUT_MS = 10_000;
const CONFIRM_TIMEOUT_MS = 10_000;
const ERASE_TIMEOUT_MS = 20_000;
/** How long the typing indicator runs before quiet words take its place. */
const TYPING_MS = 10_000;
const MAX_RETRY_DELAY_MS = 15_000;

/**
 * One citizen's side of the protocol in docs/web-chat.md: connects, resumes, sends each message until the server has
 * acknowledged it, and keeps what there is to show. Knows no element; `changed` is called after every change.
 */
export class Session {
  link: Link = "idle";
  items: readonly Item[] = [];
  welcome: Entry | null = null;
  /** What the citizen waits for: nothing, an answer, or an answer that is late. */
  awaiting: "nothing" | "answer" | "late" = "nothing";
  /** The id after which a conversation of an earlier visit goes on; null if there was none. */
  resumedAfter: string | null = null;
  /** The server no longer knew the session that this browser had. */
  restarted = false;
  ending: Ending | null = null;
  readonly desk: Desk;

  #socket: Socket | null = null;
  #sessionId: string | null = null;
  readonly #inFlight = new Set<string>();
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #confirmTimer: ReturnType<typeof setTimeout> | undefined;
  #refusals = 0;

  readonly #server: string;
  readonly #storage: Storage;
  #language: string;
  readonly #changed: (arrived?: Entry) => void;

  constructor(
    server: string,
    storage: Storage,
    language: string,
    changed: (arrived?: Entry) => void,
  ) {
    this.#server = server;
    this.#storage = storage;
    this.#language = language;
    this.#changed = changed;
    this.desk = new Desk(() => this.#changed());
    this.items = storage.unsent.map(({ note: _note, ...item }) => ({ ...item, delivery: "sending" }));
  }

  /** What uploads have to name; null while there is no session to name. */
  get id(): string | null {
    return this.link === "ready" ? this.#sessionId : null;
  }

  get language(): string {
    return this.#language;
  }

  /** Connects, once; later calls change nothing. */
  open(): void {
    if (this.#socket) return;
    this.#sessionId = this.#storage.session;
    const socket = io(this.#server, {
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: 1000,
      reconnectionDelayMax: MAX_RETRY_DELAY_MS,
      forceNew: true,
    });
    this.#socket = socket;
    this.link = "connecting";
    socket.on("connect", () => this.#request());
    socket.on("disconnect", () => this.#lose());
    socket.on("connect_error", () => this.#lose());
    socket.on("session_ready", (raw: unknown) => this.#confirm(raw));
    socket.on("bot_uttered", (raw: unknown) => this.#hear(raw));
    socket.on("citizen_uttered", (raw: unknown) => this.#hear(raw));
    socket.on("desk", (raw: unknown) => this.#standBy(raw));
    socket.on("typing", (raw: unknown) => this.desk.hear(readWriter(raw)));
    socket.on("erased", (raw: unknown) => this.#end({ receipt: null, text: "" }, readReceipt(raw).receipt));
    addEventListener("online", this.#hurry);
    this.#changed();
  }

  close(): void {
    removeEventListener("online", this.#hurry);
    for (const timer of [this.#typingTimer, this.#retryTimer, this.#confirmTimer]) clearTimeout(timer);
    this.desk.hear("");
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    this.#socket = null;
    this.#inFlight.clear();
    this.link = "idle";
  }

  /** The language for the welcome and for what is sent from now on. */
  speak(language: string): void {
    this.#language = language;
    if (this.link === "ready") this.#request();
  }

  /** The citizen is writing: told while an agent has the conversation, and not at every key. */
  type(): void {
    if (this.link === "ready" && this.desk.mayTell(Date.now())) this.#socket?.emit("typing", { session_id: this.#sessionId });
  }

  /** `photos` are the ids of what was uploaded before; the text may then be empty. */
  say(text: string, choice?: Choice, photos: readonly string[] = []): void {
    this.desk.isBack = false;
    this.items = append(this.items, {
      id: newId(),
      author: "citizen",
      text,
      language: null,
      at: new Date().toISOString(),
      name: "",
      buttons: [],
      sources: [],
      attachments: photos.map(() => ({ name: "" })),
      delivery: "sending",
      ...(choice && { pressed: choice.token }),
      ...(photos.length && { photos }),
    });
    this.#keep();
    this.#flush();
    this.#changed();
  }

  /** Sends a message that failed once more, under the same id. */
  retry(id: string): void {
    this.items = change(this.items, id, ({ note: _note, ...item }) => ({ ...item, delivery: "sending" }));
    this.#keep();
    this.#hurry();
    this.#flush();
    this.#changed();
  }

  /** Takes a message back that the server refused. */
  withdraw(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
    this.#keep();
    this.#changed();
  }

  /** Asks the server to erase everything; null when done, else the sentence that says why not ("" if there is none). */
  async erase(): Promise<string | null> {
    const socket = this.#socket;
    if (!socket || this.link !== "ready") return "";
    try {
      const raw: unknown = await socket.timeout(ERASE_TIMEOUT_MS).emitWithAck("erase", { session_id: this.#sessionId });
      const { receipt, text } = readReceipt(raw);
      if (receipt === null) return text;
      this.#end({ receipt, text });
      return null;
    } catch {
      return "";
    }
  }

  /** A new conversation after an erased one. */
  startAgain(): void {
    this.ending = null;
    this.open();
    this.#changed();
  }

  #request(): void {
    this.#socket?.emit("session_request", {
      session_id: this.#sessionId,
      client: "guichet",
      language: this.#language,
    });
    // A connection on which nobody confirms is as good as none.
    clearTimeout(this.#confirmTimer);
    this.#confirmTimer = setTimeout(() => this.#socket?.io.engine.close(), CONFIRM_TIMEOUT_MS);
  }

  #confirm(raw: unknown): void {
    const ready = readReady(raw, this.#server);
    if (!ready) return;
    clearTimeout(this.#confirmTimer);
    this.#refusals = 0;
    if (this.#sessionId !== null && ready.sessionId !== this.#sessionId) this.#begin();
    else if (ready.resumed && !this.items.some(({ delivery }) => !delivery)) {
      this.resumedAfter = ready.history.at(-1)?.id ?? null;
    }
    this.#sessionId = ready.sessionId;
    this.#storage.session = ready.sessionId;
    this.welcome = ready.welcome ?? this.welcome;
    this.items = merge(this.items, ready.history);
    this.link = "ready";
    this.desk.become(ready.desk);
    this.#keep();
    if (this.desk.isWithAgent || this.items.at(-1)?.author !== "citizen") this.#await("nothing");
    this.#inFlight.clear();
    this.items = this.items.map((item) => (item.delivery === "failed" ? { ...item, delivery: "sending" } : item));
    this.#flush();
    this.#changed();
  }

  #standBy(raw: unknown): void {
    this.desk.become(readStanding(raw));
    if (this.desk.isWithAgent) this.#await("nothing");
    this.#changed();
  }

  /**
   * The old conversation is gone; words that were not taken yet go to the new one, choices as plain words. What went
   * with photos is the citizen's to send again: the photos are gone with the old one.
   */
  #begin(): void {
    this.restarted = this.items.length > 0 || this.#storage.session !== null;
    this.resumedAfter = null;
    this.items = this.items
      .filter(({ delivery }) => delivery)
      .map(({ pressed: _pressed, photos, ...item }) =>
        photos ? { ...item, attachments: [], delivery: "refused", note: "", retry: false } : item,
      );
  }

  #lose(): void {
    if (!this.#socket) return;
    clearTimeout(this.#confirmTimer);
    this.#inFlight.clear();
    this.link = "lost";
    // The library does not try again when it was the server that said no.
    if (!this.#socket.active) {
      clearTimeout(this.#retryTimer);
      const delay = Math.min(1000 * 2 ** this.#refusals++, MAX_RETRY_DELAY_MS) * (0.75 + Math.random() / 2);
      this.#retryTimer = setTimeout(() => this.#socket?.connect(), delay);
    }
    this.#changed();
  }

  /** The citizen or the network says that now is the time. */
  readonly #hurry = (): void => {
    const socket = this.#socket;
    if (!socket || socket.connected || this.link !== "lost") return;
    clearTimeout(this.#retryTimer);
    socket.disconnect().connect();
  };

  #hear(raw: unknown): void {
    const entry = readEntry(raw, this.#server);
    if (!entry || this.link === "ended" || this.items.some(({ id }) => id === entry.id)) return;
    this.items = append(this.items, entry);
    if (entry.author === "agent") this.desk.hear("");
    this.#await(entry.author === "citizen" ? "answer" : "nothing");
    this.#changed(entry);
  }

  #flush(): void {
    if (this.link !== "ready") return;
    for (const item of this.items) if (item.delivery === "sending" && !this.#inFlight.has(item.id)) this.#transmit(item);
  }

  #transmit(item: Item): void {
    this.#inFlight.add(item.id);
    const payload = {
      id: item.id,
      message: item.text,
      session_id: this.#sessionId,
      language: this.#language,
      ...(item.pressed && { pressed: item.pressed }),
      ...(item.photos && { photos: item.photos }),
    };
    this.#socket?.timeout(ACK_TIMEOUT_MS).emit("user_uttered", payload, (error: Error | null, raw: unknown) => {
      // After a lost connection the message is no longer in flight, and is sent again with the next one.
      if (!this.#inFlight.delete(item.id) || this.link !== "ready") return;
      if (error) {
        this.items = change(this.items, item.id, (one) => ({ ...one, delivery: "failed", retry: true }));
      } else {
        this.#settle(item.id, readAck(raw));
      }
      this.#keep();
      this.#changed();
    });
  }

  #settle(id: string, ack: ReturnType<typeof readAck>): void {
    if (ack.ok) {
      const answered = this.items.findIndex((item) => item.id === id) < this.items.findLastIndex(isReply);
      this.items = change(this.items, id, settled);
      if (!answered) this.#await("answer");
      return;
    }
    const retry = ack.error === "too_fast" || ack.error === "not_stored";
    this.items = change(this.items, id, (one) => ({ ...one, delivery: "refused", note: ack.text, retry }));
  }

  #await(what: "nothing" | "answer"): void {
    clearTimeout(this.#typingTimer);
    // A person answers when they can, and their page says when they write.
    this.awaiting = this.desk.isWithAgent ? "nothing" : what;
    if (this.awaiting === "nothing") return;
    this.#typingTimer = setTimeout(() => {
      this.awaiting = "late";
      this.#changed();
    }, TYPING_MS);
  }

  /** The conversation is erased; what another window erased brings its receipt as `receipt`. */
  #end(ending: Ending, receipt: string | null = ending.receipt): void {
    if (this.ending) return;
    this.close();
    this.#storage.clear();
    this.#sessionId = null;
    this.items = [];
    this.welcome = null;
    this.resumedAfter = null;
    this.restarted = false;
    this.awaiting = "nothing";
    this.desk.reset();
    this.ending = { ...ending, receipt };
    this.link = "ended";
    this.#changed();
  }

  #keep(): void {
    this.#storage.unsent = this.items.filter(({ delivery }) => delivery);
  }
}

function isReply({ author }: Item): boolean {
  return author !== "citizen";
}

/** Unique in any session; `crypto.randomUUID` is missing on pages without TLS. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
