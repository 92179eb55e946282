import type { Api } from "../api";
import type { Suggestion } from "../protocol";
import { teaching as t } from "../strings/teaching";
import { TeachingRequests } from "./requests";
import type { Decision, Lesson, Lessons } from "./words";

/** What is being chosen for a message: an act, or an article among those that were found. */
export interface Picking {
  readonly id: number;
  readonly what: "intent" | "article";
  readonly found: readonly Suggestion[] | null;
  readonly failure: string;
}

interface Made {
  readonly lesson: Lesson;
  readonly at: number;
  readonly words: string;
}

/** The messages that wait, and what was decided about them since the page was opened. */
export class Judging {
  lessons: readonly Lesson[] | null = null;
  exported: readonly Lesson[] = [];
  intents: Lessons["intents"] = [];
  waiting = 0;
  failure = "";
  current: number | null = null;
  picking: Picking | null = null;
  busy = false;

  #made: readonly Made[] = [];
  readonly #requests: TeachingRequests;
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #tell: (words: string) => void;

  constructor(api: Api, changed: () => void, tell: (words: string) => void) {
    this.#api = api;
    this.#requests = new TeachingRequests(api);
    this.#changed = changed;
    this.#tell = tell;
  }

  /** What was decided last, in words; "" if nothing was. */
  get last(): string {
    return this.#made.at(-1)?.words ?? "";
  }

  get reached(): Lesson | null {
    return this.lessons?.find(({ id }) => id === this.current) ?? this.lessons?.[0] ?? null;
  }

  async look(): Promise<void> {
    const answer = await this.#requests.lessons();
    this.failure = answer.ok ? "" : answer.text;
    if (answer.ok) ({ lessons: this.lessons, exported: this.exported, waiting: this.waiting, intents: this.intents } = answer.value);
    this.#changed();
  }

  /** Decide about a message; it leaves the list, and the one behind it is reached. True if it was done. */
  async decide(lesson: Lesson, decision: Decision, value = ""): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.#changed();
    const answer = await this.#requests.decide(lesson.id, decision, value);
    this.busy = false;
    this.failure = answer.ok ? "" : answer.text;
    if (answer.ok) {
      const at = this.lessons?.findIndex(({ id }) => id === lesson.id) ?? -1;
      const named = answer.value.lesson.valueName;
      const words = t.told(lesson.text, named ? `${t.decided[decision]}, ${named}` : t.decided[decision]);
      this.#made = [...this.#made, { lesson, at: Math.max(0, at), words }];
      this.lessons = this.lessons?.filter(({ id }) => id !== lesson.id) ?? null;
      this.current = this.lessons?.[Math.min(at, this.lessons.length - 1)]?.id ?? null;
      this.waiting = answer.value.waiting;
      this.picking = null;
      this.#tell(words);
      if (!this.lessons?.length && this.waiting) await this.look();
    } else this.#tell(answer.text);
    this.#changed();
    return answer.ok;
  }

  /** Take the last decision back: its message stands where it stood. True if there was one. */
  async undo(): Promise<boolean> {
    const made = this.#made.at(-1);
    if (!made || this.busy) return false;
    this.busy = true;
    const answer = await this.#requests.decide(made.lesson.id, "");
    this.busy = false;
    this.failure = answer.ok ? "" : answer.text;
    if (answer.ok) {
      const others = (this.lessons ?? []).filter(({ id }) => id !== made.lesson.id);
      this.lessons = [...others.slice(0, made.at), made.lesson, ...others.slice(made.at)];
      this.waiting = answer.value.waiting;
      this.current = made.lesson.id;
      this.picking = null;
      this.#made = this.#made.slice(0, -1);
      this.#tell(t.toldUndone);
    } else {
      // What is gone cannot be taken back: the one before it can.
      if (answer.error === "lesson_missing") this.#made = this.#made.slice(0, -1);
      this.#tell(answer.text);
    }
    this.#changed();
    return answer.ok;
  }

  /** Judge a message anew whose decision stands in training data: it is the first that waits. True if it was done. */
  async reopen(lesson: Lesson): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const answer = await this.#requests.decide(lesson.id, "");
    this.busy = false;
    this.failure = answer.ok ? "" : answer.text;
    if (answer.ok) {
      this.exported = this.exported.filter(({ id }) => id !== lesson.id);
      this.lessons = [answer.value.lesson, ...(this.lessons ?? []).filter(({ id }) => id !== lesson.id)];
      this.waiting = answer.value.waiting;
      this.current = lesson.id;
      this.picking = null;
      this.#tell(t.toldReopened(lesson.text));
    } else this.#tell(answer.text);
    this.#changed();
    return answer.ok;
  }

  pick(lesson: Lesson, what: Picking["what"]): void {
    this.current = lesson.id;
    this.picking = { id: lesson.id, what, found: null, failure: "" };
    this.#changed();
  }

  leave(): void {
    this.picking = null;
    this.#changed();
  }

  async search(words: string): Promise<void> {
    const picking = this.picking;
    if (!picking || !words.trim()) return;
    const answer = await this.#api.knowledge(words);
    if (this.picking?.id !== picking.id || this.picking.what !== "article") return;
    this.picking = { ...picking, found: answer.ok ? answer.value : null, failure: answer.ok ? "" : answer.text };
    if (answer.ok && !answer.value.length) this.#tell(t.noArticle);
    this.#changed();
  }
}
