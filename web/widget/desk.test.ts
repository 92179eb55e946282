import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Desk } from "./desk";
import { readStanding } from "./protocol";

const AGENT = readStanding({ state: "agent", name: "Claire M." });
const WAITING = readStanding({ state: "waiting", place: 2 });
const BOT = readStanding({ state: "bot" });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("an agent is writing for five seconds after it was last said", () => {
  const changed = vi.fn();
  const desk = new Desk(changed);
  desk.become(AGENT);
  desk.hear("Claire M.");
  vi.advanceTimersByTime(3000);
  desk.hear("Claire M.");
  vi.advanceTimersByTime(4999);

  expect(desk.writer).toBe("Claire M.");

  vi.advanceTimersByTime(1);

  expect(desk.writer).toBe("");
  expect(changed).toHaveBeenCalledTimes(3);
});

test("nobody is writing without an agent, nor once the agent has left", () => {
  const desk = new Desk(() => undefined);
  desk.hear("Claire M.");

  expect(desk.writer).toBe("");

  desk.become(AGENT);
  desk.hear("Claire M.");
  desk.become(BOT);

  expect(desk.writer).toBe("");
});

test("the agent is told every two seconds at most that the citizen writes, and the bot never", () => {
  const desk = new Desk(() => undefined);

  expect(desk.mayTell(10_000)).toBe(false);

  desk.become(AGENT);

  expect([10_000, 11_999, 12_000, 13_000, 14_000].map((now) => desk.mayTell(now))).toEqual([true, false, true, false, true]);
});

test("the bot is back after a queue or an agent, not where it always was", () => {
  const desk = new Desk(() => undefined);
  desk.become(BOT);

  expect(desk.isBack).toBe(false);

  desk.become(WAITING);
  desk.become(BOT);
  desk.become(BOT);

  expect(desk.isBack).toBe(true);

  desk.become(AGENT);

  expect(desk.isBack).toBe(false);
});
