import type { Api } from "./api";
import type { Suggestion } from "./protocol";
import { fr as t } from "./strings/fr";

/** A search in the knowledge base. */
export class Searching {
  words = "";
  /** Null before the first search. */
  found: readonly Suggestion[] | null = null;
  failure: string | null = null;
  isSearching = false;

  #asked = 0;
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #tell: (words: string) => void;

  constructor(api: Api, changed: () => void, tell: (words: string) => void) {
    this.#api = api;
    this.#changed = changed;
    this.#tell = tell;
  }

  write(words: string): void {
    this.words = words;
  }

  async search(): Promise<void> {
    const words = this.words.trim();
    if (!words) return;
    const asked = ++this.#asked;
    this.isSearching = true;
    this.failure = null;
    this.#changed();
    const answer = await this.#api.knowledge(words);
    if (asked !== this.#asked) return;
    this.isSearching = false;
    if (answer.ok) this.found = answer.value;
    else this.failure = answer.text;
    this.#tell(answer.ok ? (answer.value.length ? t.found(answer.value.length) : t.foundNone) : answer.text);
    this.#changed();
  }

  clear(): void {
    this.#asked++;
    this.words = "";
    this.found = null;
    this.failure = null;
    this.isSearching = false;
  }
}
