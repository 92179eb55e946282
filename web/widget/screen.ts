import { takeScreen } from "./page";

const narrow = matchMedia("(max-width: 479.98px)");
const dark = matchMedia("(prefers-color-scheme: dark)");

/** What the citizen's screen and system ask for: the whole of a narrow screen, and a dark look. */
export class Screen {
  #isOpen = false;
  #leave: (() => void) | null = null;
  readonly #host: HTMLElement;
  readonly #changed: () => void;

  constructor(host: HTMLElement, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  get isNarrow(): boolean {
    return narrow.matches;
  }

  get isDark(): boolean {
    return dark.matches;
  }

  watch(): void {
    narrow.addEventListener("change", this.#adapt);
    dark.addEventListener("change", this.#changed);
  }

  unwatch(): void {
    narrow.removeEventListener("change", this.#adapt);
    dark.removeEventListener("change", this.#changed);
    this.show(false);
  }

  /** Full screen on a phone: a modal dialog; beside the page elsewhere: a landmark. */
  show(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#leave?.();
    this.#leave = isOpen && narrow.matches ? takeScreen(this.#host) : null;
  }

  readonly #adapt = (): void => {
    this.show(this.#isOpen);
    this.#changed();
  };
}
