/** What changed between two texts, line by line. */

export interface Change {
  readonly kind: "same" | "added" | "removed";
  readonly line: string;
}

/** Longer texts are compared as a whole: the table below would be too large. */
const MAX_LINES = 1500;

/** The lines of both texts in order: those of the older one only, of the newer one only, and of both. */
export function differences(older: string, newer: string): readonly Change[] {
  const [from, to] = [linesOf(older), linesOf(newer)];
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  while (end < from.length - start && end < to.length - start && from.at(-1 - end) === to.at(-1 - end)) end++;
  const same = (lines: readonly string[]): Change[] => lines.map((line) => ({ kind: "same", line }));
  return [
    ...same(from.slice(0, start)),
    ...between(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    ...same(from.slice(from.length - end)),
  ];
}

/** Only what changed, each with so many lines around it; null stands for what was left out. */
export function shortened(changes: readonly Change[], around = 2): readonly (Change | null)[] {
  const near = changes.map((_, at) => changes.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== "same"));
  const shown: (Change | null)[] = [];
  changes.forEach((change, at) => {
    if (near[at]) shown.push(change);
    else if (at === 0 || near[at - 1]) shown.push(null);
  });
  return shown;
}

function linesOf(text: string): readonly string[] {
  const trimmed = text.trimEnd();
  return trimmed ? trimmed.split("\n") : [];
}

/** The longest common subsequence, by the usual table. */
function between(from: readonly string[], to: readonly string[]): readonly Change[] {
  const added = to.map((line): Change => ({ kind: "added", line }));
  const removed = from.map((line): Change => ({ kind: "removed", line }));
  if (!from.length || !to.length || from.length > MAX_LINES || to.length > MAX_LINES) return [...removed, ...added];
  const width = to.length + 1;
  const table = new Uint16Array((from.length + 1) * width);
  for (let at = from.length - 1; at >= 0; at--) {
    for (let column = to.length - 1; column >= 0; column--) {
      table[at * width + column] =
        from[at] === to[column]
          ? table[(at + 1) * width + column + 1]! + 1
          : Math.max(table[(at + 1) * width + column]!, table[at * width + column + 1]!);
    }
  }
  const changes: Change[] = [];
  let [at, other] = [0, 0];
  while (at < from.length && other < to.length) {
    if (from[at] === to[other]) {
      changes.push({ kind: "same", line: from[at]! });
      at++;
      other++;
    } else if (table[(at + 1) * width + other]! >= table[at * width + other + 1]!) changes.push(removed[at++]!);
    else changes.push(added[other++]!);
  }
  return [...changes, ...removed.slice(at), ...added.slice(other)];
}
