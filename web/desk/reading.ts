import type { LitElement } from "lit";

/** Closer to the end than this counts as being at the end. */
const SLACK_PX = 80;
/** Closer than this, somebody is kept at the end when what is below the conversation takes more room. */
const PINNED_PX = 8;
/** Above a letter where reading begins. */
const MARGIN_PX = 10;

/** Where an agent is in the conversation: follows new words only for those who are at the end. */
export class Reading {
  /** Whether something came that cannot be seen yet. */
  hasBelow = false;

  /** Where the conversation was scrolled to when its very end was seen last; null for who has left it. */
  #pinnedAt: number | null = 0;
  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
  }

  toEnd(): void {
    const log = this.#log;
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    this.#pinnedAt = log.scrollTop;
    this.#turn(false);
  }

  /** Where reading begins: at the newest letter of a correspondence, else at the end. */
  begin(): void {
    const log = this.#log;
    const letter = [...(log?.querySelectorAll<HTMLElement>(".letter") ?? [])].at(-1);
    if (!log || !letter) return this.toEnd();
    log.scrollTop += letter.getBoundingClientRect().top - log.getBoundingClientRect().top - MARGIN_PX;
    // The end of a letter is not where its reader wants to be kept.
    this.#pinnedAt = null;
    this.#turn(false);
  }

  /** After the page was drawn: who was at the very end is there again, whatever came under the conversation. */
  keep(): void {
    const log = this.#log;
    if (!log || this.#pinnedAt === null) return;
    // Somebody may have scrolled up, and the event that says so is still to come.
    if (log.scrollTop >= this.#pinnedAt - 1) log.scrollTop = log.scrollHeight;
    this.#pin();
  }

  /** Something new was said. */
  follow(): void {
    const wasAtEnd = this.#isAtEnd;
    void this.#host.updateComplete.then(() => (wasAtEnd ? this.toEnd() : this.#turn(true)));
  }

  note(): void {
    this.#pin();
    if (this.#isAtEnd) this.#turn(false);
  }

  #pin(): void {
    this.#pinnedAt = this.#distance < PINNED_PX ? (this.#log?.scrollTop ?? 0) : null;
  }

  #turn(hasBelow: boolean): void {
    if (hasBelow === this.hasBelow) return;
    this.hasBelow = hasBelow;
    this.#host.requestUpdate();
  }

  get #isAtEnd(): boolean {
    return this.#distance < SLACK_PX;
  }

  /** From what is seen to the end, in px; 0 without a conversation. */
  get #distance(): number {
    const log = this.#log;
    return log ? log.scrollHeight - log.scrollTop - log.clientHeight : 0;
  }

  get #log(): HTMLElement | null {
    return this.#host.renderRoot.querySelector("[role=log]");
  }
}
