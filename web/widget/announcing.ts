/** The words of the live region, for who cannot see what changed. */
export class Announcing {
  #words = "";
  #waiting = "";
  readonly #show: () => void;
  readonly #nextFrame: (work: () => void) => void;

  constructor(show: () => void, nextFrame: (work: () => void) => void = (work) => void requestAnimationFrame(work)) {
    this.#show = show;
    this.#nextFrame = nextFrame;
  }

  get words(): string {
    return this.#words;
  }

  /** Something is so: read once, however often it is told. */
  tell(words: string): void {
    this.hush();
    this.#words = words;
    this.#show();
  }

  /** Something answers what the citizen just did: read again even if the words are the same, which alone change nothing. */
  tellAgain(words: string): void {
    const repeated = words !== "" && words === this.#words;
    this.tell(repeated ? "" : words);
    if (!repeated) return;
    this.#waiting = words;
    this.#nextFrame(() => {
      if (this.#waiting) this.tell(this.#waiting);
    });
  }

  /** Nothing more to say, from the next rendering on. */
  hush(): void {
    this.#words = this.#waiting = "";
  }
}
