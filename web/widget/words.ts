/** Plain text as the server writes it (paragraphs by blank line, list lines by "- ") taken apart for display. */

export type Block = { readonly kind: "paragraph" | "list"; readonly lines: readonly string[] };

/** A stretch of text; with an address it is a number that can be called. */
export interface Span {
  readonly text: string;
  readonly href?: string;
}

export interface Fold {
  readonly head: readonly Block[];
  /** Behind « Lire la suite »; empty when all is shown. */
  readonly folded: readonly Block[];
  /** What stays in sight below all else. */
  readonly tail: readonly Block[];
}

/** About a screen of the panel: the passages of an answer are shorter, only agents and errors write more. */
const FOLD_AFTER_WORDS = 130;
/** Fewer words than this are not worth a « Lire la suite ». */
const FOLD_AT_LEAST_WORDS = 15;

const LIST_LINE = /^\s*[-•]\s+/;

/** Paragraphs and lists, in order; empty lines divide, list lines may follow a paragraph directly. */
export function blocks(text: string): readonly Block[] {
  const found: { kind: Block["kind"]; lines: string[] }[] = [];
  let last: (typeof found)[number] | undefined;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    if (!line.trim()) {
      last = undefined;
      continue;
    }
    const kind = LIST_LINE.test(line) ? "list" : "paragraph";
    if (last?.kind !== kind) found.push((last = { kind, lines: [] }));
    last.lines.push(line.replace(LIST_LINE, "").trim());
  }
  return found;
}

export function countWords(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}

/**
 * A text in three parts: what is shown, what is too long to be shown at once, and, where choices follow, the question
 * that they answer: everything from the last block that ends with a question mark.
 */
export function fold(all: readonly Block[], hasChoices: boolean): Fold {
  const question = all.findLastIndex(({ lines }) => /\?["»”\s]*$/.test(lines.at(-1) ?? ""));
  const end = hasChoices ? (question >= 0 ? question : all.length - 1) : all.length;
  let words = 0;
  let start = 0;
  while (start < end && (start === 0 || words + wordsOf(all[start]) <= FOLD_AFTER_WORDS)) words += wordsOf(all[start++]);
  // What announces a list is nothing without it.
  while (start < end && all[start - 1]?.lines.at(-1)?.endsWith(":")) start++;
  const folded = all.slice(start, end);
  const hidden = folded.reduce((sum, block) => sum + wordsOf(block), 0);
  const isShort = hidden < FOLD_AT_LEAST_WORDS;
  return { head: all.slice(0, isShort ? end : start), folded: isShort ? [] : folded, tail: all.slice(end) };
}

/**
 * A text as French typography wants it shown: « ; : ? ! » never begin a line, nor does what belongs to a figure (9 h 30,
 * 25 €). Ordinary spaces become no-break ones; everything else, and the length, stay.
 */
export function unbroken(text: string): string {
  return text.replace(/ (?=[;:?!])|(?<=\d) (?=€|h(?![\p{L}\d]))|(?<=\d\sh) (?=\d)/gu, "\u00a0");
}

function wordsOf(block: Block | undefined): number {
  return block ? countWords(block.lines.join(" ")) : 0;
}

// A French number in pairs and the national helplines anywhere, emergency numbers where a list line begins with one.
const CALLABLE =
  /(?<![\d.,])(?:0[1-9](?:[ .\u00a0\u202f]?\d{2}){4}|3114|3117|3919|3939|3977)(?![.,]?\d|\s?€)|^(?:1[578]|11[2-9])(?=\s*:)/g;

/** One line with its telephone numbers made callable; 114, the number for those who cannot speak, takes messages. */
export function spans(line: string): readonly Span[] {
  const found: Span[] = [];
  let from = 0;
  for (const match of line.matchAll(CALLABLE)) {
    if (match.index > from) found.push({ text: line.slice(from, match.index) });
    const number = match[0].replace(/\D/g, "");
    found.push({ text: match[0], href: `${number === "114" ? "sms" : "tel"}:${number}` });
    from = match.index + match[0].length;
  }
  if (from < line.length) found.push({ text: line.slice(from) });
  return found;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const FIGURES = /\+?\d+(?:[ .\-\u00a0\u202f]\d+)+/g;

/** A stretch of a text; `isFigures` where its groups of figures have to keep their order from left to right. */
export interface Stretch {
  readonly text: string;
  readonly isFigures: boolean;
}

/** A text by stretches: among letters that run from right to left, « 06 12 34 » is shown as « 34 12 06 » unless isolated. */
export function stretches(text: string): readonly Stretch[] {
  if (!RIGHT_TO_LEFT.test(text)) return [{ text, isFigures: false }];
  const found: Stretch[] = [];
  let from = 0;
  for (const match of text.matchAll(FIGURES)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), isFigures: false });
    found.push({ text: match[0], isFigures: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), isFigures: false });
  return found;
}

/** Characters as the server counts them (code points). */
export function countChars(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
