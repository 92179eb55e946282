import type { LitElement } from "lit";

import { fit } from "../widget/views/composer";

/** Finds things on the page, and puts the focus and the caret on them. */
export class Focusing {
  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
  }

  get field(): HTMLTextAreaElement | null {
    return this.find("#reply:not(:disabled), #note");
  }

  find<T extends Element>(selector: string): T | null {
    return this.#host.renderRoot.querySelector<T>(selector);
  }

  /** To what the page shows once it is drawn again. */
  async to(selector: string): Promise<void> {
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.find<HTMLElement>(selector)?.focus();
  }

  /** To the first of these that the page shows once it is drawn again. */
  async toFirst(selectors: readonly string[]): Promise<void> {
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    selectors.map((one) => this.find<HTMLElement>(one)).find((one) => one !== null)?.focus();
  }

  /** To the field for those who may write, else to the conversation's title. */
  talk(mayWrite: boolean): void {
    (mayWrite ? this.field : this.find<HTMLElement>("#talk-title"))?.focus();
  }

  /** To the field, with the caret at its end or where `caret` says. */
  async write(caret?: number): Promise<void> {
    await this.fit();
    const field = this.field;
    if (!field) return;
    field.focus();
    const at = caret ?? field.value.length;
    field.setSelectionRange(at, at);
    if (at === 0) field.scrollTop = 0;
  }

  /** The field as high as what is written in it. */
  async fit(): Promise<void> {
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    if (this.field) fit(this.field);
  }
}
