import type { LitElement } from "lit";

import type { PhotoLimits } from "./protocol";
import type { Session } from "./session";
import type { Strings } from "./strings";
import { upload } from "./uploading";

/** Waiting for a connection, on its way, taken by the server, refused for good, or not gone and to be tried again. */
export type PhotoState = "waiting" | "sending" | "ready" | "refused" | "failed";

export interface Photo {
  readonly key: number;
  readonly name: string;
  /** Null where only the server still has it. */
  readonly file: File | null;
  readonly state: PhotoState;
  /** How much has left, from 0 to 1; 0 while that is not known. */
  readonly share: number;
  /** What the server calls it, once it has it. */
  readonly id: string;
  /** Why it is not taken, in words. */
  readonly note: string;
}

/** What the photos need to know of the widget at the moment they are used. */
export interface PhotosContext {
  readonly server: string;
  readonly session: Session;
  readonly t: Strings;
  /** Null where photos are not taken. */
  readonly limits: PhotoLimits | null;
  readonly tell: (words: string) => void;
  /** Shows why not all was done, below the field; "" takes that back. */
  readonly object: (problem: string) => void;
}

/** Refusals that another attempt may not meet. */
const PASSING: ReadonlySet<string> = new Set(["too_fast", "not_stored", "unreadable"]);
const BYTES_PER_MEGABYTE = 1_000_000;

/** The photos of the message that is being written: each leaves as soon as it is chosen and there is a connection. */
export class Photos {
  all: readonly Photo[] = [];
  #key = 0;
  #session: string | null = null;
  readonly #stops = new Map<number, () => void>();
  readonly #host: LitElement;
  readonly #context: () => PhotosContext;

  constructor(host: LitElement, context: () => PhotosContext) {
    this.#host = host;
    this.#context = context;
  }

  /** Takes what the citizen chose, as many as a message may carry, and says what was left out. */
  choose(files: readonly File[]): void {
    const { t, limits, tell, object } = this.#context();
    if (!limits) return;
    const room = Math.max(0, limits.perMessage - this.all.length);
    const tooLarge = t.photoTooLarge(Math.floor(limits.maxBytes / BYTES_PER_MEGABYTE));
    const problems: string[] = files.length > room ? [t.photoTooMany(limits.perMessage)] : [];
    object(problems.join());
    for (const file of files.slice(0, room)) {
      const isTooLarge = file.size > limits.maxBytes;
      if (isTooLarge) problems.push(tooLarge);
      this.#put({ name: file.name, file, state: isTooLarge ? "refused" : "waiting", id: "", note: isTooLarge ? tooLarge : "" });
    }
    if (problems.length) tell([...new Set(problems)].join(" "));
    this.go();
  }

  /** Sends what waits, if there is a session; after a new session began, also what the old one had. */
  go(): void {
    const { session } = this.#context();
    const { id } = session;
    if (id === null) return;
    if (this.#session !== null && this.#session !== id) this.#renew();
    this.#session = id;
    for (const photo of this.all) if (photo.state === "waiting") void this.#send(photo, id);
  }

  /** Sends one again that did not go. The button for it goes away, and the focus stays with the photo. */
  retry(key: number): void {
    this.#change(key, { state: "waiting", note: "", share: 0 });
    this.#focus(this.all.findIndex((photo) => photo.key === key));
    this.go();
  }

  /** What came back to be changed: the server has these photos already. */
  giveBack(ids: readonly string[]): void {
    const { t } = this.#context();
    ids.forEach((id, at) => this.#put({ name: t.photo(at + 1, ids.length), file: null, state: "ready", id, note: "" }));
  }

  remove(key: number): void {
    this.#stops.get(key)?.();
    this.#stops.delete(key);
    this.all = this.all.filter((photo) => photo.key !== key);
    this.#host.requestUpdate();
  }

  /** Takes one out at the citizen's wish: the focus goes to the next, or back to where photos are added. */
  drop(key: number): void {
    const { t, tell, object } = this.#context();
    const at = this.all.findIndex((photo) => photo.key === key);
    tell(t.photoRemoved(this.all[at]?.name ?? ""));
    object("");
    this.remove(key);
    this.#focus(at);
  }

  clear(): void {
    for (const { key } of this.all) this.remove(key);
  }

  /** Why the message cannot leave with these photos yet, in words; "" if it can. */
  get obstacle(): string {
    const { t } = this.#context();
    if (this.all.some(({ state }) => state === "refused" || state === "failed")) return t.photoStuck;
    return this.all.some(({ state }) => state !== "ready") ? t.photoUnready : "";
  }

  /** The ids for the message, which takes the photos along. */
  take(): readonly string[] {
    const ids = this.all.map(({ id }) => id);
    this.clear();
    return ids;
  }

  async #send(photo: Photo, id: string): Promise<void> {
    const { server, session } = this.#context();
    this.#change(photo.key, { state: "sending" });
    const { done, stop } = upload(server, id, session.language, photo.file as File, (share) =>
      this.#change(photo.key, { share }),
    );
    this.#stops.set(photo.key, stop);
    const outcome = await done;
    // Taken away, or sent anew to another session, while this was under way.
    if (this.#stops.get(photo.key) !== stop) return;
    this.#stops.delete(photo.key);
    const { t, tell } = this.#context();
    if (outcome && "id" in outcome) {
      this.#change(photo.key, { state: "ready", id: outcome.id });
      tell(t.photoIsReady(photo.name));
      return;
    }
    const isFinal = outcome !== null && !PASSING.has(outcome.error);
    const note = outcome?.text || t.photoFailed;
    this.#change(photo.key, { state: isFinal ? "refused" : "failed", note });
    tell(note);
  }

  /** The server has forgotten what belonged to the old session. */
  #renew(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    this.all = this.all
      .filter(({ file }) => file)
      .map((photo) => (photo.state === "refused" ? photo : { ...photo, state: "waiting", id: "", share: 0, note: "" }));
  }

  #focus(at: number): void {
    void this.#host.updateComplete.then(() => {
      const left = [...this.#host.renderRoot.querySelectorAll<HTMLElement>(".photos .round")];
      (left[at] ?? left.at(-1) ?? this.#host.renderRoot.querySelector<HTMLElement>(".attach"))?.focus();
    });
  }

  #put(photo: Omit<Photo, "key" | "share">): void {
    this.all = [...this.all, { ...photo, key: ++this.#key, share: 0 }];
    this.#host.requestUpdate();
  }

  #change(key: number, what: Partial<Photo>): void {
    this.all = this.all.map((photo) => (photo.key === key ? { ...photo, ...what } : photo));
    this.#host.requestUpdate();
  }
}
