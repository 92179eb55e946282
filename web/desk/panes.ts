/** How wide the three panes are, in px: the outer two are chosen, the conversation has the rest. */

export interface Widths {
  readonly queue: number;
  readonly side: number;
}

export type Outer = keyof Widths;

export const DEFAULT_WIDTHS: Widths = { queue: 350, side: 330 };
export const LEAST: Widths = { queue: 260, side: 260 };
export const MOST: Widths = { queue: 520, side: 520 };
/** What is left for the conversation whatever else is wanted. */
export const LEAST_TALK = 380;
export const STEP = 24;

/** Widths that fit into `total` px: the wish within its own limits, then the room that the other pane leaves. */
export function resize(widths: Widths, which: Outer, wish: number, total: number): Widths {
  const other = widths[which === "queue" ? "side" : "queue"];
  const most = Math.max(LEAST[which], Math.min(MOST[which], total - other - LEAST_TALK));
  return { ...widths, [which]: Math.round(Math.min(most, Math.max(LEAST[which], wish))) };
}

/** What a key on a separator asks for, null if nothing: arrows by steps, Home and End to the limits. */
export function wishOf(key: string, which: Outer, width: number): number | null {
  const outward = which === "queue" ? 1 : -1;
  if (key === "ArrowRight") return width + STEP * outward;
  if (key === "ArrowLeft") return width - STEP * outward;
  if (key === "Home") return which === "queue" ? LEAST.queue : MOST.side;
  if (key === "End") return which === "queue" ? MOST.queue : LEAST.side;
  return null;
}

/** Widths as they were stored, the defaults for whatever cannot be read. */
export function readWidths(value: unknown): Widths {
  const raw = (typeof value === "object" && value !== null ? value : {}) as Partial<Record<Outer, unknown>>;
  const width = (which: Outer): number => {
    const found = raw[which];
    return typeof found === "number" && found >= LEAST[which] && found <= MOST[which] ? found : DEFAULT_WIDTHS[which];
  };
  return { queue: width("queue"), side: width("side") };
}
