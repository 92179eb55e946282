import { expect, test } from "vitest";

import { readRow, type Agent, type Row } from "./protocol";
import { arrive, belongs, EMPTY, inOrder, neighbour, refill, settle, type List } from "./queue";

const me: Agent = { id: 1, name: "Léa", login: "lea", role: "agent", services: ["etat_civil"], available: true, capacity: 3, languages: [], skills: [] };

function row(id: number, extra: Record<string, unknown> = {}): Row {
  const opened = new Date(Date.UTC(2026, 0, 5, 9, id)).toISOString();
  return readRow({ id, state: "waiting", service: "etat_civil", opened_at: opened, version: 1, ...extra })!;
}

const ids = (rows: readonly Row[]): string => rows.map(({ id }) => id).join(" ");
const list = (...rows: Row[]): List => ({ ...EMPTY, rows });

test("a case stands under the tabs that the gateway would put it under", () => {
  const mine = row(1, { state: "taken", agent: { id: 1, name: "Léa" }, service: "voirie" });

  expect(belongs(mine, "mine", me)).toBe(true);
  expect(belongs(mine, "services", me)).toBe(true);
  expect(belongs(mine, "waiting", me)).toBe(false);
  expect(belongs(row(2, { callback: true }), "waiting", me)).toBe(false);
  expect(belongs(row(2, { callback: true }), "callbacks", me)).toBe(true);
  expect(belongs(row(3, { service: "voirie" }), "services", me)).toBe(false);
  expect(belongs(row(3, { service: "voirie" }), "services", { ...me, services: [] })).toBe(true);
  expect(belongs(row(3, { service: "voirie", offered: { id: 1, name: "Léa", until: "" } }), "services", me)).toBe(true);
  expect(belongs(row(3, { service: "voirie", offered: { id: 2, name: "Karim", until: "" } }), "services", me)).toBe(false);
  const told = { what: "untaken", name: "Non prise", text: "", at: "2026-01-05T09:00:00Z" };
  expect(belongs(row(5, { relay: told }), "untaken", me)).toBe(true);
  expect(belongs(row(5, { relay: { ...told, what: "relayed" } }), "untaken", me)).toBe(false);
  expect(belongs(row(5, { relay: told, state: "taken" }), "untaken", me)).toBe(false);
  expect(belongs(row(4, { state: "closed" }), "all", me)).toBe(false);
  expect(belongs(row(4, { state: "closed" }), "closed", me)).toBe(true);
});

test("urgent cases come first, then the oldest; of closed ones the latest", () => {
  expect(ids(inOrder([row(3), row(1), row(2, { urgent: true })], "all"))).toBe("2 1 3");

  const closed = (id: number): Row => row(id, { state: "closed", closed_at: new Date(Date.UTC(2026, 0, 6, id)).toISOString() });

  expect(ids(inOrder([closed(1), closed(2)], "closed"))).toBe("2 1");
});

test("nobody in the list: a new case goes to its place at once", () => {
  expect(ids(arrive(list(row(1), row(3)), [row(2)], [], "waiting", me, false).rows)).toBe("1 2 3");
});

test("somebody in the list: no row moves or goes, new ones wait", () => {
  const held = arrive(list(row(1), row(3)), [row(2, { urgent: true }), row(3, { state: "taken", version: 2 })], [1], "waiting", me, true);

  expect(ids(held.rows)).toBe("1 3");
  expect(held.rows[1]?.state).toBe("taken");
  expect(ids(held.held)).toBe("2");
  expect([...held.leaving]).toEqual([1, 3]);
  expect(ids(settle(held, "waiting").rows)).toBe("2");
});

test("what waits and is taken by somebody meanwhile waits no more", () => {
  const held = arrive(list(row(1)), [row(2)], [], "waiting", me, true);

  expect(arrive(held, [row(2, { state: "taken", version: 2 })], [], "waiting", me, true).held).toEqual([]);
});

test("an older version changes nothing", () => {
  const known = list(row(1, { version: 5, urgent: true }));

  expect(arrive(known, [row(1, { version: 4 })], [], "waiting", me, false).rows[0]?.urgent).toBe(true);
});

test("a whole answer that comes while somebody is in the list moves nothing either", () => {
  const held = refill(list(row(1), row(2)), [row(3), row(2)], "waiting", me, true);

  expect(ids(held.rows)).toBe("1 2");
  expect(ids(held.held)).toBe("3");
  expect([...held.leaving]).toEqual([1]);
  expect(ids(refill(list(row(1)), [row(3), row(2)], "waiting", me, false).rows)).toBe("3 2");
});

test("moving stops at both ends and begins at the first", () => {
  const rows = [row(1), row(2)];

  expect(neighbour(rows, null, 1)?.id).toBe(1);
  expect(neighbour(rows, 1, 1)?.id).toBe(2);
  expect(neighbour(rows, 2, 1)?.id).toBe(2);
  expect(neighbour(rows, 1, -1)?.id).toBe(1);
  expect(neighbour([], null, 1)).toBeNull();
});
