/** Ready-made replies, found by what follows a « / ». */

import type { Canned } from "./protocol";

const MAX_SHOWN = 8;

/** What is being looked for at the caret: the text between a « / » at the start of a word and the caret. */
export interface Query {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}

/** The query that the caret stands in, null if none: a « / » inside a word (24/12, https://) asks for nothing. */
export function queryAt(text: string, caret: number): Query | null {
  const match = /(?:^|\s)\/(\S{0,40})$/.exec(text.slice(0, caret));
  if (!match) return null;
  const words = match[1] ?? "";
  return { from: caret - words.length - 1, to: caret, words };
}

/** Those whose key begins with the words first, then those whose key or title holds them. */
export function matching(all: readonly Canned[], words: string): readonly Canned[] {
  const wanted = fold(words);
  const begins = all.filter(({ key }) => fold(key).startsWith(wanted));
  const holds = all.filter((one) => !begins.includes(one) && fold(`${one.key} ${one.title}`).includes(wanted));
  return [...begins, ...holds].slice(0, MAX_SHOWN);
}

/** A text with a passage put in place of the query, or at the caret; and where the caret stands then. */
export function insertAt(text: string, from: number, to: number, passage: string): { text: string; caret: number } {
  const [before, after] = [text.slice(0, from), text.slice(to)];
  return { text: before + passage + after, caret: before.length + passage.length };
}

/** A text with a passage as a paragraph of its own at its end. */
export function addParagraph(text: string, passage: string): string {
  return text.trim() ? `${text.trimEnd()}\n\n${passage}` : passage;
}

function fold(words: string): string {
  return words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
