/** What a key does in a list of cards: a step, one of the list's own letters, or nothing. */
export type Pressed = { readonly step: 1 | -1 } | { readonly letter: string } | null;

/** Letters count only while something of the list has the focus that is not written in, and where they are not switched off. */
export function pressed(event: KeyboardEvent, shortcuts: boolean): Pressed {
  if (event.ctrlKey || event.altKey || event.metaKey || isWritten(event.target)) return null;
  const letter = shortcuts && event.key.length === 1 ? event.key.toLowerCase() : "";
  const isCard = event.target instanceof HTMLElement && event.target.dataset["id"] !== undefined;
  if (letter === "j" || (isCard && event.key === "ArrowDown")) return { step: 1 };
  if (letter === "k" || (isCard && event.key === "ArrowUp")) return { step: -1 };
  return letter ? { letter } : null;
}

function isWritten(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

/** The card a step away, the last or first one at an end; null for none. */
export function next<T extends { readonly id: number }>(cards: readonly T[], current: number | null, step: 1 | -1): T | null {
  const at = cards.findIndex(({ id }) => id === current);
  return cards[Math.min(cards.length - 1, Math.max(0, at + step))] ?? null;
}
