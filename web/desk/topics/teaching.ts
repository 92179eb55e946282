/** What questions may be attached to. */
export interface Choice {
  readonly id: string;
  readonly title: string;
}

/** The form in which a group is attached to an article or a subject; `id` is the group's, 0 while none is open. */
export interface Teaching {
  readonly id: number;
  readonly words: string;
  /** Null before the first search. */
  readonly found: readonly Choice[] | null;
  readonly chosen: Choice | null;
  readonly failure: string | null;
}

export const NOT_TEACHING: Teaching = { id: 0, words: "", found: null, chosen: null, failure: null };
