/** The list of a tab, and what news does to it: nothing that somebody points at or stands on is moved. */

import type { Agent, Row, View } from "./protocol";

export interface List {
  readonly rows: readonly Row[];
  /** New ones that wait until nobody is in the list. */
  readonly held: readonly Row[];
  /** Ids of rows that are no longer under this tab and are only shown until then. */
  readonly leaving: ReadonlySet<number>;
}

export const EMPTY: List = { rows: [], held: [], leaving: new Set() };

/** Whether a case stands under a tab, by the gateway's rule; which cases an agent may see the gateway has decided. */
export function belongs(row: Row, view: View, me: Agent): boolean {
  const isOpen = row.state !== "closed";
  switch (view) {
    case "mine":
      return isOpen && row.agent?.id === me.id;
    case "services":
      return isOpen && (!me.services.length || me.services.includes(row.service) || isOwn(row, me));
    case "waiting":
      return row.state === "waiting" && !row.callback;
    case "callbacks":
      return isOpen && row.callback;
    case "untaken":
      return row.state === "waiting" && row.relay?.isTold === true;
    case "all":
      return isOpen;
    case "closed":
      return !isOpen;
  }
}

/** Whether an agent has it, or is asked to take it. */
function isOwn(row: Row, me: Agent): boolean {
  return row.agent?.id === me.id || row.offered?.id === me.id;
}

/** Urgent ones first, then the nearest promise, then the oldest; of closed ones the latest first. */
export function inOrder(rows: readonly Row[], view: View): readonly Row[] {
  const opened = (row: Row): number => Date.parse(row.openedAt) || 0;
  const due = (row: Row): number => Date.parse(row.dueAt ?? "") || Number.MAX_SAFE_INTEGER;
  const closed = (row: Row): number => Date.parse(row.closedAt ?? "") || 0;
  return [...rows].sort((a, b) =>
    view === "closed"
      ? closed(b) - closed(a) || b.id - a.id
      : Number(b.urgent) - Number(a.urgent) || due(a) - due(b) || opened(a) - opened(b) || a.id - b.id,
  );
}

/**
 * The list after some rows changed and others (`gone`) went out of the agent's sight. While somebody is in it
 * (`isHeld`), rows only change in place.
 */
export function arrive(
  list: List,
  changed: readonly Row[],
  gone: readonly number[],
  view: View,
  me: Agent,
  isHeld: boolean,
): List {
  const news = new Map(changed.map((row) => [row.id, row]));
  const update = (row: Row): Row => {
    const now = news.get(row.id);
    return now && now.version >= row.version ? now : row;
  };
  const rows = list.rows.map(update);
  const shown = new Set(rows.map(({ id }) => id));
  const isIn = (row: Row): boolean => belongs(row, view, me) && !gone.includes(row.id);
  const known = new Set(list.held.map(({ id }) => id));
  const held = [
    ...list.held.map(update),
    ...changed.filter(({ id }) => !shown.has(id) && !known.has(id)),
  ].filter(isIn);
  const back = new Set(changed.map(({ id }) => id));
  const leaving = new Set([
    ...[...list.leaving].filter((id) => !back.has(id)),
    ...rows.filter((row) => !isIn(row)).map(({ id }) => id),
  ]);
  const next = { rows, held, leaving };
  return isHeld ? next : settle(next, view);
}

/** The list after a whole answer of the gateway for this tab. */
export function refill(list: List, answer: readonly Row[], view: View, me: Agent, isHeld: boolean): List {
  if (!isHeld) return { rows: answer, held: [], leaving: new Set() };
  const there = new Set(answer.map(({ id }) => id));
  const gone = [...list.rows, ...list.held].filter(({ id }) => !there.has(id)).map(({ id }) => id);
  return arrive(list, answer, gone, view, me, true);
}

/** Nobody is in the list any more, or asked for what waits: all in its place. */
export function settle(list: List, view: View): List {
  if (!list.held.length && !list.leaving.size) return list.rows.length ? { ...list, rows: inOrder(list.rows, view) } : list;
  const rows = [...list.rows.filter(({ id }) => !list.leaving.has(id)), ...list.held];
  return { rows: inOrder(rows, view), held: [], leaving: new Set() };
}

/** The row after or before one; the first where there was none. */
export function neighbour(rows: readonly Row[], id: number | null, step: 1 | -1): Row | null {
  const at = rows.findIndex((row) => row.id === id);
  return (at < 0 ? rows[0] : rows[Math.min(rows.length - 1, Math.max(0, at + step))]) ?? null;
}
