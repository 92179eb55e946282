import type { LitElement } from "lit";

/** What can lie over the page. */
export type Dialog = "transfer" | "release" | "close" | "keys" | "signedOut" | "signOut";

/** The modal dialog over the page: which one is open, and where the focus goes when it is not. */
export class Dialogs {
  current: Dialog | null = null;
  /** Why what it asks for was not done, in words. */
  problem: string | null = null;

  #opener: HTMLElement | null = null;
  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
  }

  /** Opens a dialog; another one that is open goes. */
  enter(dialog: Dialog): void {
    if (this.current === dialog) return;
    if (!this.current) this.#opener = (this.#host.shadowRoot?.activeElement as HTMLElement | null) ?? null;
    this.current = dialog;
    this.problem = null;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => {
      const shown = this.#element;
      if (shown && !shown.open) shown.showModal();
    });
  }

  fail(words: string): void {
    this.problem = words;
    this.#host.requestUpdate();
  }

  /** Away with it; the focus goes back to where it was, or to `fallback` if that is gone. */
  leave(fallback = "#talk-title"): void {
    if (!this.current) return;
    this.#element?.close();
    this.current = null;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => {
      const back = this.#opener?.isConnected && this.#opener.offsetParent ? this.#opener : null;
      (back ?? this.#host.renderRoot.querySelector<HTMLElement>(fallback))?.focus();
    });
  }

  get #element(): HTMLDialogElement | null {
    return this.#host.renderRoot.querySelector("dialog");
  }
}
