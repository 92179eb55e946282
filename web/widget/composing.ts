import type { LitElement } from "lit";

import type { Strings } from "./strings";
import { fit } from "./views/composer";
import { countChars } from "./words";

/** What is being written: the draft, why it could not be sent, and the field that holds it. */
export class Composing {
  draft = "";
  /** In words; null while there is nothing to say. */
  problem: string | null = null;

  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
  }

  get field(): HTMLTextAreaElement | null {
    return this.#host.renderRoot.querySelector("#field");
  }

  write(text: string): void {
    this.draft = text;
    this.problem = null;
    this.#host.requestUpdate();
  }

  /** Why nothing was done, in words; "" takes that back. */
  object(problem: string): void {
    this.problem = problem || null;
    this.#host.requestUpdate();
  }

  /**
   * What may be sent of some words from the page, or of the draft; null if nothing, and `problem` then says why.
   * `mayBeEmpty` where something else goes along.
   */
  take(t: Strings, limit: number, mayBeEmpty: boolean, fromPage?: string): string | null {
    const words = fromPage ?? this.draft;
    const excess = countChars(words) - limit;
    this.problem = excess > 0 ? t.excess(excess) : words.trim() || mayBeEmpty ? null : t.empty;
    if (this.problem !== null) this.draft = words;
    else if (fromPage === undefined) this.draft = "";
    return this.problem === null ? words.trim() : null;
  }

  /** Words that came back, before what was written since. */
  giveBack(text: string): void {
    this.draft = [text, this.draft].filter(Boolean).join("\n");
  }

  /** After the next rendering: the field as high as its text. */
  async fit(): Promise<void> {
    await this.#host.updateComplete;
    if (this.field) fit(this.field);
  }

  async focus(): Promise<void> {
    await this.fit();
    this.field?.focus();
  }
}
