import type { Answer } from "../api";
import type { Storage } from "../storage";
import { articles as t } from "../strings/articles";
import { blank, fieldsOf, isSame, readKept, type Fields } from "./fields";
import type { Requests } from "./requests";
import type { Article, Edition, Preview } from "./words";

export interface Around {
  readonly requests: Requests;
  readonly storage: Storage;
  readonly agent: number;
  readonly changed: () => void;
  readonly tell: (words: string) => void;
}

/** Where what is written of an article that has no name yet is kept. */
export const NEW = "new";
const PAUSE_MS = 500;

/** One article in the form: what is written, what the gateway has, and what the two differ in. */
export class Editing {
  /** As the gateway has it; null while it is new. */
  article: Article | null = null;
  fields: Fields;
  busy = false;
  /** Why the last attempt did nothing, in words. */
  problem: string | null = null;
  /** Whether what is written was found on this machine, from before. */
  isRecovered = false;
  /** Somebody else has saved it meanwhile: who, and what. */
  conflict: { readonly by: string; readonly theirs: Article } | null = null;
  /** The agent's own text that was given up for another; it can be had back. */
  putAway: Fields | null = null;
  preview: Preview | null = null;
  previewProblem: string | null = null;
  history: readonly Edition[] | null = null;
  /** The edition that is compared with what is written. */
  compared: number | null = null;
  asking: "unpublish" | "remove" | null = null;
  /** Of the fiche that a new article adds to. */
  ficheTitle = "";

  #base: Fields;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  readonly #around: Around;

  constructor(around: Around, service: string, reviewOn: string, fiche = "") {
    this.#around = around;
    this.#base = blank(service, reviewOn);
    this.fields = { ...this.#base, fiche };
  }

  get isDirty(): boolean {
    return !isSame(this.fields, this.#base);
  }

  /** Brought by an importer: shown, and written elsewhere. */
  get isBrought(): boolean {
    return this.article !== null && this.article.origin !== "desk";
  }

  get edition(): Edition | null {
    return this.history?.find(({ number }) => number === this.compared) ?? null;
  }

  /** A new article: goes on with what was written of one before and not saved, unless it begins with something. */
  begin(): void {
    const kept = readKept(this.#around.storage.article(this.#around.agent, NEW), this.#base);
    if (kept && !this.fields.fiche) {
      this.fields = kept.fields;
      this.isRecovered = this.isDirty;
    }
    this.#look();
  }

  async load(id: string): Promise<boolean> {
    const answer = await this.#work(this.#around.requests.one(id));
    if (!answer) return false;
    this.#take(answer);
    const kept = readKept(this.#around.storage.article(this.#around.agent, id), this.#base);
    if (kept && !isSame(kept.fields, this.#base)) {
      this.fields = kept.fields;
      this.isRecovered = true;
      if (kept.version !== answer.version) this.conflict = { by: answer.changedBy, theirs: answer };
    } else this.#keep();
    this.#look();
    return true;
  }

  write(change: Partial<Fields>): void {
    this.fields = { ...this.fields, ...change };
    this.problem = null;
    this.putAway = null;
    this.#keep();
    this.#look();
    this.#around.changed();
  }

  async save(): Promise<boolean> {
    if (this.conflict) return this.#fail(t.chooseFirst);
    if (!this.fields.title.trim()) return this.#fail(t.needsTitle);
    if (this.article && !this.isDirty) {
      this.#around.tell(t.nothingToSave);
      return true;
    }
    const { requests, storage, agent } = this.#around;
    const known = this.article;
    const sent = this.fields;
    const answer = await this.#work(known ? requests.save(known.id, known.version, sent) : requests.create(sent));
    if (!answer) return false;
    if (!known) storage.keepArticle(agent, NEW, null);
    // What was typed while it was being saved stays.
    const later = this.fields === sent ? null : this.fields;
    this.#take(answer);
    if (later) this.fields = later;
    this.#keep();
    this.#look();
    this.#around.tell(t.toldSaved);
    return true;
  }

  async publish(): Promise<boolean> {
    if (this.conflict) return this.#fail(t.chooseFirst);
    if ((this.isDirty || !this.article) && !(await this.save())) return false;
    const known = this.article!;
    return this.#done(this.#around.requests.act(known.id, "publish", known.version), t.toldPublished);
  }

  unpublish(): Promise<boolean> {
    const known = this.article!;
    return this.#done(this.#around.requests.act(known.id, "unpublish", known.version), t.toldUnpublished);
  }

  takeOver(): Promise<boolean> {
    return this.#done(this.#around.requests.act(this.article!.id, "take-over", 1), t.toldTakenOver);
  }

  async restore(number: number): Promise<boolean> {
    const known = this.article!;
    if (!(await this.#done(this.#around.requests.restore(known.id, known.version, number), t.toldRestored(number)))) return false;
    this.compared = null;
    return true;
  }

  /** The article as it was removed, for whoever wants it back. */
  async remove(): Promise<Article | null> {
    const known = this.article!;
    const answer = await this.#work(this.#around.requests.act(known.id, "remove", known.version));
    if (!answer) return null;
    clearTimeout(this.#timer);
    this.#around.storage.keepArticle(this.#around.agent, known.id, null);
    return answer;
  }

  /** Their text goes into the history, the agent's own over it. */
  keepMine(): Promise<boolean> {
    if (!this.conflict) return Promise.resolve(false);
    this.article = this.conflict.theirs;
    this.#base = fieldsOf(this.conflict.theirs);
    this.conflict = null;
    return this.save();
  }

  takeTheirs(): void {
    if (!this.conflict) return;
    const mine = this.fields;
    this.#take(this.conflict.theirs);
    this.putAway = mine;
    this.#keep();
    this.#look();
    this.#around.changed();
  }

  /** Back to what the gateway has. */
  abandon(): void {
    const mine = this.fields;
    this.fields = this.#base;
    this.isRecovered = false;
    this.putAway = mine;
    this.#keep();
    this.#look();
    this.#around.changed();
  }

  /** The agent's own text again, after it was given up. */
  getBack(): void {
    if (this.putAway) this.write(this.putAway);
  }

  ask(what: Editing["asking"]): void {
    this.asking = what;
    this.#around.changed();
  }

  async showHistory(): Promise<void> {
    const known = this.article;
    if (!known) return;
    const answer = await this.#around.requests.history(known.id);
    if (answer.ok) this.history = answer.value;
    else this.problem = answer.text;
    this.#around.changed();
  }

  hideHistory(): void {
    this.history = this.compared = null;
    this.#around.changed();
  }

  compare(number: number | null): void {
    this.compared = number;
    this.#around.changed();
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#asked++;
  }

  async #done(work: Promise<Answer<Article>>, told: string): Promise<boolean> {
    this.asking = null;
    const answer = await this.#work(work);
    if (!answer) return false;
    const mine = this.isDirty ? this.fields : null;
    this.#take(answer);
    if (mine) this.fields = mine;
    this.#keep();
    this.#look();
    this.#around.tell(told);
    if (this.history) await this.showHistory();
    return true;
  }

  async #work(work: Promise<Answer<Article>>): Promise<Article | null> {
    this.busy = true;
    this.problem = null;
    this.#around.changed();
    const answer = await work;
    this.busy = false;
    if (answer.ok) {
      this.#around.changed();
      return answer.value;
    }
    this.problem = answer.text;
    if (answer.error === "overtaken" && this.article) await this.#meet(this.article.id, answer.by);
    this.#around.tell(answer.text);
    this.#around.changed();
    return null;
  }

  /** What the other one has saved. */
  async #meet(id: string, by: string): Promise<void> {
    const theirs = await this.#around.requests.one(id);
    if (!theirs.ok) return;
    this.problem = null;
    this.conflict = { by: by || theirs.value.changedBy, theirs: theirs.value };
  }

  #take(article: Article): void {
    this.article = article;
    this.#base = fieldsOf(article);
    this.fields = this.#base;
    this.conflict = this.putAway = null;
    this.isRecovered = false;
  }

  #fail(words: string): false {
    this.problem = words;
    this.#around.tell(words);
    this.#around.changed();
    return false;
  }

  #keep(): void {
    const { storage, agent } = this.#around;
    const version = this.article?.version ?? 0;
    storage.keepArticle(agent, this.article?.id ?? NEW, this.isDirty ? { fields: this.fields, version } : null);
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#preview(), this.preview ? PAUSE_MS : 0);
  }

  async #preview(): Promise<void> {
    const asked = ++this.#asked;
    const answer = await this.#around.requests.preview(this.fields);
    if (asked !== this.#asked) return;
    this.previewProblem = answer.ok ? null : answer.text;
    if (answer.ok) this.preview = answer.value;
    this.#around.changed();
  }
}
