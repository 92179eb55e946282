/** Closer to the end than this counts as being at the end. */
const SLACK_PX = 80;
const MARGIN_PX = 8;
/** A reply that is this little too high is shown to its end. */
const NEARLY_PX = 20;

/** Where a citizen is in the log: follows new entries only for those who are at the end. */
export class Scrolling {
  /** Whether something came that cannot be seen yet. */
  hasBelow = false;

  /** Whether the citizen was at the end when last seen to be anywhere. */
  #follows = true;
  #watched: HTMLElement | null = null;
  // What stands above or below the log comes and goes, and must not hide the newest words.
  readonly #room = new ResizeObserver(() => {
    if (this.#follows) this.#watched?.scrollTo(0, this.#watched.scrollHeight);
  });
  readonly #log: () => HTMLElement | null;
  readonly #changed: () => void;

  constructor(
    log: () => HTMLElement | null,
    changed: () => void,
  ) {
    this.#log = log;
    this.#changed = changed;
  }

  get isAtEnd(): boolean {
    const log = this.#log();
    return !log || log.scrollHeight - log.scrollTop - log.clientHeight < SLACK_PX;
  }

  /** Shows the end of the conversation, but never goes past the beginning of the newest reply. */
  toEnd(): void {
    const log = this.#log();
    const last = [...(log?.querySelectorAll<HTMLElement>(".entry") ?? [])].at(-1);
    if (log && log !== this.#watched) this.#watch(log);
    if (!log || !last) return;
    const start = last.offsetTop - MARGIN_PX;
    const rest = log.scrollHeight - log.clientHeight - start;
    log.scrollTop = last.classList.contains("citizen") || rest < NEARLY_PX ? log.scrollHeight : start;
    this.note();
  }

  note(hasNews = this.hasBelow): void {
    this.#follows = this.isAtEnd;
    const hasBelow = hasNews && !this.isAtEnd;
    if (hasBelow === this.hasBelow) return;
    this.hasBelow = hasBelow;
    this.#changed();
  }

  #watch(log: HTMLElement): void {
    this.#room.disconnect();
    this.#room.observe(log);
    this.#watched = log;
  }
}
