import type { LitElement } from "lit";

/** Closer to the end than this counts as being at the end. */
const SLACK_PX = 80;

/** Where an agent is in the conversation: follows new words only for those who are at the end. */
export class Reading {
  /** Whether something came that cannot be seen yet. */
  hasBelow = false;

  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
  }

  toEnd(): void {
    const log = this.#log;
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    this.#turn(false);
  }

  /** Something new was said. */
  follow(): void {
    const wasAtEnd = this.#isAtEnd;
    void this.#host.updateComplete.then(() => (wasAtEnd ? this.toEnd() : this.#turn(true)));
  }

  note(): void {
    if (this.#isAtEnd) this.#turn(false);
  }

  #turn(hasBelow: boolean): void {
    if (hasBelow === this.hasBelow) return;
    this.hasBelow = hasBelow;
    this.#host.requestUpdate();
  }

  get #isAtEnd(): boolean {
    const log = this.#log;
    return !log || log.scrollHeight - log.scrollTop - log.clientHeight < SLACK_PX;
  }

  get #log(): HTMLElement | null {
    return this.#host.renderRoot.querySelector("[role=log]");
  }
}
