import { LitElement, unsafeCSS, type TemplateResult } from "lit";

import type { Api } from "../api";
import base from "../style.css?inline";
import sheet from "../style-teaching.css?inline";
import { teachingView } from "../views/teaching";
import { Judging } from "./judging";
import { next, pressed } from "./keys";
import type { Decision, Lesson } from "./words";

/** `<guichet-teaching>`: messages that were hard to understand, to be judged with one key each. */
export class GuichetTeaching extends LitElement {
  static override readonly styles = [base, sheet].map((one) => unsafeCSS(one));
  static override readonly properties = { shortcuts: { attribute: false } };

  api!: Api;
  tell!: (words: string) => void;
  /** Whether single letters do something. */
  declare shortcuts: boolean;

  #judging!: Judging;

  constructor() {
    super();
    this.shortcuts = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#judging = new Judging(this.api, () => this.requestUpdate(), this.tell);
    void this.#judging.look();
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  override render(): TemplateResult {
    const judging = this.#judging;
    return teachingView({
      judging,
      shortcuts: this.shortcuts,
      onRetry: () => void judging.look(),
      onKey: (event) => this.#onKey(event),
      onReach: (lesson) => (judging.current = lesson.id),
      onDecide: (lesson, decision, value) => void this.#decide(lesson, decision, value),
      onPick: (lesson, what) => this.#pick(lesson, what),
      onLeave: () => this.#leave(),
      onSearch: (words) => void judging.search(words),
      onUndo: () => void this.#undo(),
      onReopen: (lesson) => void this.#reopen(lesson),
    });
  }

  #onKey(event: KeyboardEvent): void {
    const judging = this.#judging;
    if (event.key === "Escape" && judging.picking) {
      event.preventDefault();
      return this.#leave();
    }
    const key = pressed(event, this.shortcuts);
    const lesson = judging.reached;
    if (!key || !lesson) return;
    if ("step" in key) {
      judging.current = next(judging.lessons ?? [], lesson.id, key.step)?.id ?? null;
      this.requestUpdate();
      void this.#toCard();
    } else if (key.letter === "b") void this.#decide(lesson, "right");
    else if (key.letter === "c" && lesson.meant) void this.#decide(lesson, "article", lesson.meant);
    else if (key.letter === "n") void this.#decide(lesson, "ignore");
    else if (key.letter === "i") this.#pick(lesson, "intent");
    else if (key.letter === "a") this.#pick(lesson, "article");
    else if (key.letter === "z") void this.#undo();
    else return;
    event.preventDefault();
  }

  async #decide(lesson: Lesson, decision: Decision, value = ""): Promise<void> {
    if (await this.#judging.decide(lesson, decision, value)) await this.#toCard();
  }

  async #reopen(lesson: Lesson): Promise<void> {
    if (await this.#judging.reopen(lesson)) await this.#toCard();
  }

  async #undo(): Promise<void> {
    if (await this.#judging.undo()) await this.#toCard();
  }

  #pick(lesson: Lesson, what: "intent" | "article"): void {
    this.#judging.pick(lesson, what);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".picker :is(input, button)")?.focus());
    if (what === "article") void this.#judging.search(lesson.text);
  }

  #leave(): void {
    this.#judging.leave();
    void this.#toCard();
  }

  /** The focus on the reached card; on the heading where there is none. */
  async #toCard(): Promise<void> {
    await this.updateComplete;
    const id = this.#judging.reached?.id;
    const card = this.renderRoot.querySelector<HTMLElement>(id === undefined ? "h2" : `.card[data-id="${id}"]`);
    card?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("guichet-teaching", GuichetTeaching);
