import { fields, list, text } from "./protocol";
import { letters as t } from "./strings/letters";

/** What does not work of the channels, in a sentence, and since when (ISO). */
export interface Trouble {
  readonly id: string;
  readonly words: string;
  readonly since: string;
}

/** What does not work just now, as the gateway tells it; said aloud when it begins and when it ends. */
export class Troubles {
  items: readonly Trouble[] = [];

  readonly #changed: () => void;
  readonly #tell: (words: string) => void;

  constructor(changed: () => void, tell: (words: string) => void) {
    this.#changed = changed;
    this.#tell = tell;
  }

  hear(raw: unknown): void {
    const known = new Set(this.items.map(({ id }) => id));
    const before = this.items.length;
    this.items = readTroubles(raw);
    const fresh = this.items.filter(({ id }) => !known.has(id));
    if (fresh.length) this.#tell(t.toldTrouble(fresh.map(({ words }) => words).join(" ")));
    else if (this.items.length < before) this.#tell(t.toldTroubleOver);
    this.#changed();
  }
}

export function readTroubles(raw: unknown): readonly Trouble[] {
  return list(fields(raw)["troubles"], (one) => {
    const trouble = fields(one);
    const [id, words] = [text(trouble["id"]), text(trouble["text"])];
    return id && words ? { id, words, since: text(trouble["since"]) } : null;
  });
}
