/** A stretch of a text, and whether it is one of the words that decided. */
export interface Stretch {
  readonly text: string;
  readonly isMarked: boolean;
}

/** More words than this mark nothing any more. */
const MAX_WORDS = 12;

/** A text cut where one of these words stands, whole and whatever its case and accents. */
export function marked(text: string, words: readonly string[]): readonly Stretch[] {
  const wanted = [...new Set(words.map(fold).filter(Boolean))].slice(0, MAX_WORDS);
  if (!wanted.length) return text ? [{ text, isMarked: false }] : [];
  // Longest first: a group of words before the word that it begins with.
  const pattern = wanted.sort((a, b) => b.length - a.length).map(escaped).join("|");
  const found = new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, "gu");
  const folded = fold(text);
  // Folding keeps the length, or the places would not be those of the text.
  if (folded.length !== text.length) return [{ text, isMarked: false }];
  const stretches: Stretch[] = [];
  let end = 0;
  for (const { index, 0: hit } of folded.matchAll(found)) {
    if (index > end) stretches.push({ text: text.slice(end, index), isMarked: false });
    stretches.push({ text: text.slice(index, index + hit.length), isMarked: true });
    end = index + hit.length;
  }
  if (end < text.length) stretches.push({ text: text.slice(end), isMarked: false });
  return stretches;
}

/** Lower case without accents, letter by letter. */
function fold(text: string): string {
  return [...text]
    .map((letter) => {
      const plain = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      return plain.length === letter.length ? plain : letter;
    })
    .join("");
}

function escaped(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
}
