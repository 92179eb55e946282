/** A case's conversation as it is shown: what was said, with the notes of agents between. */

import type { Happening, Line, Pending } from "./protocol";

export type Piece =
  | { readonly kind: "line"; readonly key: string; readonly line: Line }
  | { readonly kind: "note"; readonly key: string; readonly note: Happening };

/** Known lines and new ones, each once, in the transcript's order. */
export function mergeLines(known: readonly Line[], fresh: readonly Line[]): readonly Line[] {
  const byPosition = new Map([...known, ...fresh].map((line) => [line.position, line]));
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}

export function mergeHistory(known: readonly Happening[], fresh: readonly Happening[]): readonly Happening[] {
  const byPosition = new Map([...known, ...fresh].map((event) => [event.position, event]));
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}

/** Lines in their order, each note before the first line that is younger. */
export function pieces(lines: readonly Line[], history: readonly Happening[]): readonly Piece[] {
  const notes = history.filter(({ what }) => what === "note");
  const found: Piece[] = [];
  let next = 0;
  const placeNotes = (until: number): void => {
    for (let note = notes[next]; note && Date.parse(note.at) < until; note = notes[++next]) {
      found.push({ kind: "note", key: `note-${note.position}`, note });
    }
  };
  for (const line of lines) {
    placeNotes(Date.parse(line.at));
    found.push({ kind: "line", key: `line-${line.position}`, line });
  }
  placeNotes(Infinity);
  return found;
}

/** Whole seconds until a reply leaves, at most what the gateway allows for taking it back: clocks differ. */
export function secondsLeft(pending: Pending, now: number, undoSeconds: number): number {
  const left = Math.ceil((Date.parse(pending.leavesAt) - now) / 1000);
  return Number.isNaN(left) ? 0 : Math.min(undoSeconds, Math.max(0, left));
}

/** The position up to which the thread is known; 0 without lines. */
export function lastPosition(lines: readonly Line[]): number {
  return lines.at(-1)?.position ?? 0;
}
