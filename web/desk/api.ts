import {
  fields,
  list,
  readCase,
  readColleague,
  readCounts,
  readGivenUp,
  readHappening,
  readMe,
  readPending,
  readRow,
  readSource,
  readSuggestion,
  readWhole,
  text,
  type Case,
  type Colleague,
  type Counts,
  type GivenUp,
  type Happening,
  type Me,
  type Pending,
  type Row,
  type Source,
  type Suggestion,
  type View,
  type Whole,
} from "./protocol";
import type { Flag } from "./flags";
import type { Outgoing } from "./storage";
import { fr as t } from "./strings/fr";

/** Why something was not done. `unreachable` is ours: the gateway did not answer, or not as the protocol says. */
export interface Refusal {
  readonly ok: false;
  readonly error: string;
  readonly text: string;
  readonly by: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | Refusal;

const TIMEOUT_MS = 15_000;

/** The desk's requests (docs/desk-protocol.md). */
export class Api {
  /** The gateway's clock minus ours, in ms. */
  skew = 0;

  #csrf = "";
  readonly #server: string;
  readonly #onSignedOut: () => void;

  constructor(server: string, onSignedOut: () => void) {
    this.#server = server;
    this.#onSignedOut = onSignedOut;
  }

  /** Now, by the gateway's clock. */
  readonly now = (): number => Date.now() + this.skew;

  get csrf(): string {
    return this.#csrf;
  }

  async me(): Promise<Answer<Me>> {
    const answer = await this.request("GET", "me", undefined, readMe);
    if (answer.ok) this.#csrf = answer.value.csrf;
    return answer;
  }

  setAvailable(available: boolean): Promise<Answer<boolean>> {
    return this.request("PUT", "me", { available }, (raw) => fields(fields(raw)["agent"])["available"] === true);
  }

  colleagues(): Promise<Answer<readonly Colleague[]>> {
    return this.request("GET", "agents", undefined, (raw) => list(fields(raw)["agents"], readColleague));
  }

  queue(view: View, service = ""): Promise<Answer<{ rows: readonly Row[]; counts: Counts }>> {
    return this.request("GET", `cases?view=${view}${service && `&service=${service}`}`, undefined, (raw) => ({
      rows: list(fields(raw)["cases"], readRow),
      counts: readCounts(fields(raw)["counts"]),
    }));
  }

  open(id: number): Promise<Answer<Whole>> {
    return this.request("GET", `cases/${id}`, undefined, (raw) => readWhole(raw, this.#server));
  }

  take(id: number): Promise<Answer<Case>> {
    return this.#act(id, "take", {});
  }

  pass(id: number): Promise<Answer<Case>> {
    return this.#act(id, "pass", {});
  }

  release(id: number, reason: string): Promise<Answer<Case>> {
    return this.#act(id, "release", { reason });
  }

  transfer(id: number, service: string, note: string): Promise<Answer<Case>> {
    return this.#act(id, "transfer", { service, note });
  }

  undoTransfer(id: number, service: string): Promise<Answer<Case>> {
    return this.#act(id, "transfer/undo", { service });
  }

  close(id: number, cancelsAppointment: boolean): Promise<Answer<Case>> {
    return this.#act(id, "close", cancelsAppointment ? { cancel_appointment: true } : {});
  }

  setUrgent(id: number, urgent: boolean): Promise<Answer<Case>> {
    return this.#act(id, "urgent", { urgent });
  }

  reveal(id: number): Promise<Answer<string>> {
    return this.request("POST", `cases/${id}/reveal`, {}, (raw) => text(fields(raw)["contact"]));
  }

  note(id: number, key: string, words: string): Promise<Answer<Happening>> {
    return this.request("POST", `cases/${id}/notes`, { id: key, text: words }, (raw) => readHappening(fields(raw)["event"]));
  }

  reply(id: number, { id: key, text: words, sources, suggestion }: Outgoing): Promise<Answer<Pending>> {
    const given = sources.map(({ title, url, publisher, updated }) => ({ title, url, publisher, updated }));
    return this.request("POST", `cases/${id}/replies`, { id: key, text: words, sources: given, suggestion }, (raw) =>
      readPending(fields(raw)["pending"], this.#server),
    );
  }

  /** What of a reply stands in no source. */
  flags(id: number, words: string, sources: readonly Source[]): Promise<Answer<readonly Flag[]>> {
    const given = sources.map(({ title, url, publisher, updated }) => ({ title, url, publisher, updated }));
    return this.request("POST", `cases/${id}/flags`, { text: words, sources: given }, (raw) =>
      list(fields(raw)["flags"], (one) => ({ kind: text(fields(one)["kind"]), words: text(fields(one)["text"]) })),
    );
  }

  takeBack(id: number, reply: string): Promise<Answer<{ text: string; sources: readonly Source[] }>> {
    return this.request("DELETE", `cases/${id}/replies/${encodeURIComponent(reply)}`, undefined, (raw) => ({
      text: text(fields(raw)["text"]),
      sources: list(fields(raw)["sources"], (one) => readSource(one, this.#server)),
    }));
  }

  /** Sends a line of a case's conversation once more that was given up. */
  again(id: number, position: number): Promise<Answer<true>> {
    return this.request("POST", `cases/${id}/again`, { position }, () => true as const);
  }

  undelivered(): Promise<Answer<readonly GivenUp[]>> {
    return this.request("GET", "undelivered", undefined, (raw) => list(fields(raw)["undelivered"], readGivenUp));
  }

  settle(act: "again" | "dismiss", { conversation, reply }: GivenUp): Promise<Answer<true>> {
    return this.request("POST", `undelivered/${act}`, { conversation, reply }, () => true as const);
  }

  suggestions(id: number): Promise<Answer<readonly Suggestion[]>> {
    return this.#found(`cases/${id}/suggestions`);
  }

  knowledge(words: string): Promise<Answer<readonly Suggestion[]>> {
    return this.#found(`knowledge?q=${encodeURIComponent(words)}`);
  }

  #found(path: string): Promise<Answer<readonly Suggestion[]>> {
    return this.request("GET", path, undefined, (raw) =>
      list(fields(raw)["suggestions"], (one) => readSuggestion(one, this.#server)),
    );
  }

  #act(id: number, act: string, body: object): Promise<Answer<Case>> {
    return this.request("POST", `cases/${id}/${act}`, body, (raw) => readCase(fields(raw)["case"], this.#server));
  }

  /** Any request below `/desk/api/`, whose answer `read` looks at before anybody uses it. */
  async request<T>(method: string, path: string, body: object | undefined, read: (raw: unknown) => T | null): Promise<Answer<T>> {
    let response: Response;
    let raw: unknown;
    try {
      response = await fetch(`${this.#server}/desk/api/${path}`, {
        method,
        credentials: "same-origin",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { Accept: "application/json", ...(method !== "GET" && { "X-CSRF-Token": this.#csrf }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      raw = await response.json();
    } catch {
      return { ok: false, error: "unreachable", text: t.unreachable, by: "" };
    }
    this.#compareClocks(response);
    if (response.ok) {
      const value = read(raw);
      return value === null ? { ok: false, error: "unreachable", text: t.unreachable, by: "" } : { ok: true, value };
    }
    const refusal = fields(raw);
    if (response.status === 401) this.#onSignedOut();
    return {
      ok: false,
      error: response.status === 401 ? "signed_out" : text(refusal["error"]) || "unreachable",
      text: text(refusal["text"]) || t.unreachable,
      by: text(refusal["by"]),
    };
  }

  #compareClocks(response: Response): void {
    const theirs = Date.parse(response.headers.get("Date") ?? "");
    const skew = theirs - Date.now();
    // The header counts whole seconds; less than two of them say nothing.
    if (!Number.isNaN(skew)) this.skew = Math.abs(skew) < 2000 ? 0 : skew;
  }
}
