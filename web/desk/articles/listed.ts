import type { Person } from "../protocol";
import { articles as t } from "../strings/articles";
import type { Requests } from "./requests";
import type { ArticleRow } from "./words";

export const FILTERS = ["all", "draft", "published", "expired", "review"] as const;
export type Filter = (typeof FILTERS)[number];
export const ORDERS = ["title", "used", "helped", "review"] as const;
export type Order = (typeof ORDERS)[number];

export function isIn(row: ArticleRow, filter: Filter): boolean {
  if (filter === "all") return true;
  if (filter === "review") return row.toReview;
  return row.state === filter;
}

/** The rows of a filter in an order; those that nobody has rated, or that have no date, come last. */
export function arranged(rows: readonly ArticleRow[], filter: Filter, order: Order): readonly ArticleRow[] {
  const key: Record<Order, (row: ArticleRow) => number | string> = {
    title: () => 0,
    used: ({ uses }) => -uses.answers,
    helped: ({ uses }) => uses.percent ?? Infinity,
    review: ({ reviewOn }) => reviewOn || "9",
  };
  const of = key[order];
  return rows
    .filter((row) => isIn(row, filter))
    .map((row) => [of(row), row] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, row]) => row);
}

/** The town's articles, as the list shows them. */
export class Listed {
  rows: readonly ArticleRow[] = [];
  owners: readonly Person[] = [];
  today = "";
  words = "";
  filter: Filter = "all";
  order: Order = "title";
  isLoading = true;
  failure: string | null = null;

  #asked = 0;
  readonly #requests: Requests;
  readonly #changed: () => void;
  readonly #tell: (words: string) => void;

  constructor(requests: Requests, changed: () => void, tell: (words: string) => void) {
    this.#requests = requests;
    this.#changed = changed;
    this.#tell = tell;
  }

  get shown(): readonly ArticleRow[] {
    return arranged(this.rows, this.filter, this.order);
  }

  count(filter: Filter): number {
    return this.rows.filter((row) => isIn(row, filter)).length;
  }

  async load(isSearch = false): Promise<void> {
    const asked = ++this.#asked;
    this.isLoading = true;
    this.failure = null;
    this.#changed();
    const answer = await this.#requests.all(this.words.trim());
    if (asked !== this.#asked) return;
    this.isLoading = false;
    if (answer.ok) ({ rows: this.rows, owners: this.owners, today: this.today } = answer.value);
    else this.failure = answer.text;
    if (isSearch) this.#tell(answer.ok ? t.found(this.shown.length) : answer.text);
    this.#changed();
  }

  set(change: Partial<Pick<Listed, "filter" | "order">>): void {
    Object.assign(this, change);
    if (change.filter) this.#tell(t.found(this.shown.length));
    this.#changed();
  }
}
