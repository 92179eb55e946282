import type { Api } from "./api";
import type { GivenUp } from "./protocol";
import { fr as t } from "./strings/fr";

/** Replies that were given up: how many there are, and the list while somebody looks at it. */
export class Undelivered {
  count = 0;
  items: readonly GivenUp[] = [];
  isOpen = false;
  isLoading = false;
  /** Why the last thing asked for was not done, in words. */
  failure: string | null = null;

  #asked = 0;
  readonly #busy = new Set<string>();
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #tell: (words: string) => void;

  constructor(api: Api, changed: () => void, tell: (words: string) => void) {
    this.#api = api;
    this.#changed = changed;
    this.#tell = tell;
  }

  isBusy(item: GivenUp): boolean {
    return this.#busy.has(keyOf(item));
  }

  /** What the gateway says of their number; an open list is read anew. */
  hear(count: number): void {
    if (count > this.count) this.#tell(t.toldUndelivered(count));
    this.count = count;
    if (!count) this.isOpen = false;
    if (this.isOpen) void this.#look();
    this.#changed();
  }

  toggle(): void {
    this.isOpen = !this.isOpen;
    this.failure = null;
    if (this.isOpen) void this.#look();
    this.#changed();
  }

  /** Sends one again, or puts it away; whether it is done. */
  async settle(act: "again" | "dismiss", item: GivenUp): Promise<boolean> {
    const key = keyOf(item);
    if (this.#busy.has(key)) return false;
    this.#busy.add(key);
    this.failure = null;
    this.#changed();
    const answer = await this.#api.settle(act, item);
    this.#busy.delete(key);
    // Somebody else was quicker, or the conversation is erased: either way it does not stand here any more.
    const isGone = answer.ok || answer.error === "settled" || answer.error === "missing";
    if (isGone && this.items.some((one) => keyOf(one) === key)) {
      this.#asked++;
      this.items = this.items.filter((one) => keyOf(one) !== key);
      // The gateway may have told of it before it answered.
      this.count = Math.min(this.count, this.items.length);
      if (!this.count) this.isOpen = false;
    }
    if (!answer.ok) this.failure = answer.text;
    this.#tell(answer.ok ? (act === "again" ? t.toldAgain : t.toldDismissed) : answer.text);
    this.#changed();
    return answer.ok;
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked;
    this.isLoading = !this.items.length;
    this.#changed();
    const answer = await this.#api.undelivered();
    if (asked !== this.#asked) return;
    this.isLoading = false;
    if (answer.ok) this.items = answer.value;
    else this.failure = answer.text;
    this.#changed();
  }
}

export function keyOf({ conversation, reply }: GivenUp): string {
  return `${conversation} ${reply}`;
}
