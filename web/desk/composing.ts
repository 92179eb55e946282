import { countChars } from "../widget/words";
import type { Answer, Api, Refusal } from "./api";
import { addParagraph, insertAt, matching, queryAt, type Query } from "./canned";
import { Flagging, type Flag } from "./flags";
import type { Reply } from "./letters/words";
import type { Canned, Happening, Me, Pending, Source, Suggestion } from "./protocol";
import type { Draft, Outgoing, Storage } from "./storage";
import { fr as t } from "./strings/fr";

export type Mode = "reply" | "note";

/** More sources than this the gateway does not take. */
const MAX_SOURCES = 8;

/** A list of ready-made replies under the caret; from the button it has no query. */
export interface Offer {
  readonly query: Query | null;
  readonly found: readonly Canned[];
  readonly at: number;
}

/** What is being written about one case: a reply and a note apart, each kept on this machine until somebody has it. */
export class Composing {
  mode: Mode = "reply";
  /** Why the last attempt did nothing, in words. */
  problem: string | null = null;
  offer: Offer | null = null;
  /** Whether the reply that was sent is on its way or did not get through. */
  delivery: "none" | "posting" | "failed" = "none";
  isNoting = false;
  /** What of the reply is in no source. */
  flags: readonly Flag[] = [];

  #draft: Draft;
  #noteId = newId();
  /** The suggested reply that the last one sent was made of: whoever takes it back goes on with it. */
  #sent = "";
  readonly #caseId: number;
  readonly #me: Me;
  readonly #api: Api;
  readonly #storage: Storage;
  readonly #changed: () => void;
  readonly #flagging: Flagging;

  constructor(caseId: number, me: Me, api: Api, storage: Storage, changed: () => void) {
    this.#caseId = caseId;
    this.#me = me;
    this.#api = api;
    this.#storage = storage;
    this.#changed = changed;
    this.#draft = storage.draft(me.agent.id, caseId);
    // A reload came between; whether the gateway has it, its own id tells when it is sent again.
    if (this.#draft.outgoing) this.delivery = "failed";
    this.#flagging = new Flagging(
      (words, sources) => api.flags(caseId, words, sources),
      (flags) => this.#flag(flags),
    );
    if (this.#draft.reply) this.#flagging.watch(this.#draft.reply, this.#draft.sources);
  }

  get words(): string {
    return this.mode === "note" ? this.#draft.note : this.#draft.reply;
  }

  /** Whether there are words for the citizen that have not gone. */
  get hasReply(): boolean {
    return this.#draft.reply.trim() !== "" || this.#draft.outgoing !== null;
  }

  get sources(): readonly Source[] {
    return this.#draft.sources;
  }

  get outgoing(): Outgoing | null {
    return this.#draft.outgoing;
  }

  get limit(): number {
    return this.#me.maxTextChars;
  }

  turn(mode: Mode): void {
    this.mode = mode;
    this.problem = null;
    this.offer = null;
    this.#changed();
  }

  write(words: string, caret: number): void {
    // Whoever clears the field writes another text.
    const suggestion = words.trim() ? this.#draft.suggestion : "";
    this.#keep(this.mode === "note" ? { note: words } : { reply: words, suggestion });
    this.problem = null;
    const query = this.mode === "reply" ? queryAt(words, caret) : null;
    this.#propose(query, query ? matching(this.#me.canned, query.words) : []);
  }

  /** The list by its button: all that there is. */
  toggleOffer(): void {
    if (this.offer) this.dismiss();
    else this.#propose(null, this.#me.canned);
  }

  dismiss(): void {
    this.offer = null;
    this.#changed();
  }

  move(step: number): void {
    if (!this.offer) return;
    const { found, at } = this.offer;
    this.offer = { ...this.offer, at: (at + step + found.length) % found.length };
    this.#changed();
  }

  /** Puts a ready-made reply where it was asked for; the place of the caret afterwards. */
  pick(canned: Canned, caret: number): number {
    const { from, to } = this.offer?.query ?? { from: caret, to: caret };
    const { text, caret: after } = insertAt(this.#draft.reply, from, to, canned.text);
    this.mode = "reply";
    this.offer = null;
    this.#keep({ reply: text });
    return after;
  }

  /** Puts a passage of the knowledge base below what is written, and its source beside it; sends nothing. */
  insert({ text, source }: Suggestion): void {
    this.mode = "reply";
    this.problem = null;
    const isNew = source.href !== null && !this.#draft.sources.some(({ url }) => url === source.url);
    const sources = isNew ? [...this.#draft.sources, source].slice(-MAX_SOURCES) : this.#draft.sources;
    this.#keep({ reply: addParagraph(this.#draft.reply, text), sources });
  }

  /** Puts a whole suggested reply below what is written, and its sources beside it; sends nothing. */
  insertReply({ id, text, sources }: Reply): void {
    this.mode = "reply";
    this.problem = null;
    const fresh = sources.filter((one) => one.href !== null && !this.#draft.sources.some(({ url }) => url === one.url));
    this.#keep({
      reply: addParagraph(this.#draft.reply, text),
      sources: [...this.#draft.sources, ...fresh].slice(-MAX_SOURCES),
      suggestion: id,
    });
  }

  detach(source: Source): void {
    this.#keep({ sources: this.#draft.sources.filter((one) => one !== source) });
  }

  /** Hands the reply over; what the gateway made of it, null if there was nothing to send. */
  async send(): Promise<Answer<Pending> | null> {
    if (!this.#check(this.#draft.reply, t.emptyReply)) return null;
    if (this.#draft.outgoing) {
      this.problem = t.oneAtATime;
      this.#changed();
      return null;
    }
    const { sources, suggestion } = this.#draft;
    this.#sent = suggestion;
    const outgoing = { id: newId(), text: this.#draft.reply.trim(), sources, suggestion };
    this.#keep({ reply: "", sources: [], suggestion: "", outgoing });
    return this.#post(outgoing);
  }

  /** Hands the same reply over once more, under its id: nobody gets it twice. */
  async retry(): Promise<Answer<Pending> | null> {
    return this.#draft.outgoing ? this.#post(this.#draft.outgoing) : null;
  }

  /** Words that did not leave, before what was written since. */
  giveBack(words: { text: string; sources: readonly Source[]; suggestion?: string } | null = this.#draft.outgoing): void {
    if (!words) return;
    this.mode = "reply";
    const known = new Set(words.sources.map(({ url }) => url));
    this.delivery = "none";
    this.#keep({
      reply: [words.text, this.#draft.reply].filter(Boolean).join("\n\n"),
      sources: [...words.sources, ...this.#draft.sources.filter(({ url }) => !known.has(url))],
      suggestion: words.suggestion || this.#draft.suggestion || this.#sent,
      outgoing: null,
    });
  }

  /** A reply that turns out to be known to the gateway is nobody's draft any more. */
  settle(ids: ReadonlySet<string>): void {
    if (!this.#draft.outgoing || !ids.has(this.#draft.outgoing.id) || this.delivery === "posting") return;
    this.delivery = "none";
    this.#keep({ outgoing: null });
  }

  /** Writes the note down; it never goes to the citizen. */
  async keepNote(): Promise<Answer<Happening> | null> {
    if (this.isNoting || !this.#check(this.#draft.note, t.emptyNote)) return null;
    this.isNoting = true;
    this.#changed();
    const words = this.#draft.note;
    const answer = await this.#api.note(this.#caseId, this.#noteId, words.trim());
    this.isNoting = false;
    if (answer.ok) {
      this.#noteId = newId();
      this.#keep({ note: this.#draft.note === words ? "" : this.#draft.note });
    } else this.#refuse(answer);
    return answer;
  }

  async #post(outgoing: Outgoing): Promise<Answer<Pending>> {
    this.delivery = "posting";
    this.problem = null;
    this.#changed();
    const answer = await this.#api.reply(this.#caseId, outgoing);
    if (answer.ok) {
      this.delivery = "none";
      this.#keep({ outgoing: null });
    } else if (answer.error === "unreachable" || answer.error === "not_stored") {
      this.delivery = "failed";
      this.#changed();
    } else {
      // Sent again it would be refused again: the words belong to the agent.
      this.giveBack();
      this.#refuse(answer);
    }
    return answer;
  }

  #check(words: string, whenEmpty: string): boolean {
    const excess = countChars(words) - this.limit;
    this.problem = !words.trim() ? whenEmpty : excess > 0 ? t.excess(excess) : null;
    this.#changed();
    return this.problem === null;
  }

  #refuse({ text }: Refusal): void {
    this.problem = text;
    this.#changed();
  }

  #propose(query: Query | null, found: readonly Canned[]): void {
    this.offer = found.length ? { query, found, at: 0 } : null;
    this.#changed();
  }

  #flag(flags: readonly Flag[]): void {
    if (!flags.length && !this.flags.length) return;
    this.flags = flags;
    this.#changed();
  }

  #keep(change: Partial<Draft>): void {
    this.#draft = { ...this.#draft, ...change };
    this.#flagging.watch(this.#draft.reply, this.#draft.sources);
    this.#storage.keepDraft(this.#me.agent.id, this.#caseId, this.#draft);
    this.#changed();
  }
}

/** Unique in any case; `crypto.randomUUID` is missing on pages without TLS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
