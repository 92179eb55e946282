import type { Choice, Entry } from "./protocol";

/** How far a citizen's own message got: on its way, not acknowledged, or refused with a sentence. */
export type Delivery = "sending" | "failed" | "refused";

/** An entry as the widget holds it: one that the server has not acknowledged carries its delivery. */
export interface Item extends Entry {
  readonly delivery?: Delivery;
  /** The token of a pressed choice; the text is then its title. */
  readonly pressed?: string;
  /** The ids of the photos that go with it. */
  readonly photos?: readonly string[];
  /** The server's sentence about a refused message. */
  readonly note?: string;
  /** Whether sending the same words again can help. */
  readonly retry?: boolean;
}

/** The items with one more at the end, or unchanged if its id is already shown. */
export function append(items: readonly Item[], entry: Item): readonly Item[] {
  return items.some(({ id }) => id === entry.id) ? items : [...items, entry];
}

/**
 * What is shown after a reconnection: the server's order for what the server knows, each id once; what is older than
 * its history before it, what arrived since after it, and what it has not acknowledged last.
 */
export function merge(items: readonly Item[], history: readonly Entry[]): readonly Item[] {
  const known = new Set(history.map(({ id }) => id));
  const latest = history.at(-1)?.at ?? "";
  const rest = items.filter(({ id }) => !known.has(id));
  const settled = rest.filter(({ delivery }) => !delivery);
  const isNewer = (item: Item): boolean => latest !== "" && time(item.at) > time(latest);
  const seen = new Set<string>();
  return [
    ...settled.filter((item) => !isNewer(item)),
    ...history,
    ...settled.filter(isNewer),
    ...rest.filter(({ delivery }) => delivery),
  ].filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** The items with one of them changed; the same list if there is none of that id. */
export function change(items: readonly Item[], id: string, how: (item: Item) => Item): readonly Item[] {
  return items.map((item) => (item.id === id ? how(item) : item));
}

/** An item that the server has taken: nothing of its delivery is left. */
export function settled({ delivery: _delivery, note: _note, retry: _retry, pressed: _pressed, photos: _photos, ...entry }: Item): Item {
  return entry;
}

/** The choices that still stand: those of entries that no words of the citizen or of an agent follow. */
export function openChoices(items: readonly Item[]): ReadonlyMap<string, readonly Choice[]> {
  const from = items.findLastIndex(({ author }) => author === "citizen" || author === "agent") + 1;
  return new Map(items.slice(from).map(({ id, buttons }) => [id, buttons]));
}

function time(at: string | null): number {
  const value = Date.parse(at ?? "");
  return Number.isNaN(value) ? 0 : value;
}
