import { expect, test, vi } from "vitest";

import type { Api } from "./api";
import { readMe, readRow, type Row } from "./protocol";
import { Queueing } from "./queueing";

const NOW = Date.UTC(2026, 10, 23, 15);

function heard(role: string, ...rows: readonly (readonly Row[])[]): { arrived: number[]; untaken: number[] } {
  vi.useFakeTimers();
  const told = { arrived: [] as number[], untaken: [] as number[] };
  const ids = (of: readonly Row[]): number[] => of.map(({ id }) => id);
  const me = readMe({ agent: { id: 1, name: "Léa", role, services: role === "agent" ? ["voirie"] : [] }, views: ["services", "all"] })!;
  const queueing = new Queueing(
    me,
    { now: () => NOW } as Api,
    () => undefined,
    (of) => void told.arrived.push(...ids(of)),
    () => undefined,
    (of) => void told.untaken.push(...ids(of)),
  );
  for (const some of rows) queueing.hear(some, []);
  vi.useRealTimers();
  return told;
}

function row(id: number, what: string, at: number = NOW - 1_000): Row {
  const relay = { what, name: "Vient de", text: "", at: new Date(at).toISOString() };
  return readRow({ id, state: "waiting", service: "voirie", opened_at: "2026-11-20T09:00:00Z", version: 1, relay })!;
}

test("a case that comes from another service is news there, however old it is", () => {
  expect(heard("agent", [row(1, "relayed"), row(2, "relayed", NOW - 3_600_000)]).arrived).toEqual([1]);
});

test("those who see all services are told of what nobody took, each time once", () => {
  const told = heard("supervisor", [row(1, "untaken")], [row(1, "untaken")], [row(2, "untaken", NOW - 3_600_000)], [row(1, "untaken", NOW)]);

  expect(told.untaken).toEqual([1, 1]);
  expect(heard("agent", [row(1, "untaken")])).toEqual({ arrived: [], untaken: [] });
});
