import type { Answer } from "./api";
import type { Source } from "./protocol";

/** Something in a reply that is neither in the town's directory nor in a source of the reply. */
export interface Flag {
  readonly kind: string;
  readonly words: string;
}

export type Ask = (words: string, sources: readonly Source[]) => Promise<Answer<readonly Flag[]>>;

/** The gateway is asked when nothing was typed for so long. */
const PAUSE_MS = 600;

/** Without one of these there is nothing to reach anybody by. */
const LIKELY = /\d|@|arob|www|\.[a-z]{2}|point|z[ée]ro|trente|cent/i;

/** Follows what is written and says what of it nobody can vouch for. A warning: it keeps nothing from being sent. */
export class Flagging {
  #asked = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ask: Ask;
  readonly #tell: (flags: readonly Flag[]) => void;
  readonly #pauseMs: number;

  constructor(ask: Ask, tell: (flags: readonly Flag[]) => void, pauseMs = PAUSE_MS) {
    this.#ask = ask;
    this.#tell = tell;
    this.#pauseMs = pauseMs;
  }

  watch(words: string, sources: readonly Source[]): void {
    const asked = JSON.stringify([words.trim(), sources.map(({ url }) => url)]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    clearTimeout(this.#timer);
    if (!LIKELY.test(words)) {
      this.#tell([]);
      return;
    }
    this.#timer = setTimeout(async () => {
      const answer = await this.#ask(words, sources);
      // What came too late is about other words; what did not come says nothing.
      if (answer.ok && asked === this.#asked) this.#tell(answer.value);
    }, this.#pauseMs);
  }
}
