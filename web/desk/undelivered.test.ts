import { expect, test } from "vitest";

import type { Answer, Api } from "./api";
import type { GivenUp } from "./protocol";
import { Undelivered } from "./undelivered";

const FIRST: GivenUp = {
  conversation: "c1",
  reply: "r1",
  case: null,
  channel: "telegram",
  channelName: "Telegram",
  text: "Bonjour.",
  reason: "",
  at: "",
  doubtful: false,
};
const SECOND = { ...FIRST, reply: "r2" };

function make(settled: Answer<true>, items: readonly GivenUp[] = [FIRST, SECOND]) {
  const told: string[] = [];
  const api = { undelivered: async () => ({ ok: true, value: items }), settle: async () => settled };
  return { told, list: new Undelivered(api as unknown as Api, () => {}, (words) => told.push(words)) };
}

function refused(error: string): Answer<true> {
  return { ok: false, error, text: "Non.", by: "" };
}

async function opened(settled: Answer<true>) {
  const made = make(settled);
  made.list.hear(2);
  made.list.toggle();
  await Promise.resolve();
  await Promise.resolve();
  return made;
}

test("tells when there are more of them, and not when there are fewer", () => {
  const { told, list } = make({ ok: true, value: true });
  list.hear(1);
  list.hear(2);
  list.hear(0);

  expect(told).toEqual(["Une réponse n’a pas pu être remise.", "2 réponses n’ont pas pu être remises."]);
});

test("reads the list once somebody looks at it", async () => {
  const { list } = await opened({ ok: true, value: true });

  expect(list.items).toEqual([FIRST, SECOND]);
});

test("takes away at once what was sent again or put away", async () => {
  const { list, told } = await opened({ ok: true, value: true });
  const done = await list.settle("again", FIRST);

  expect([done, list.items, list.count]).toEqual([true, [SECOND], 1]);
  expect(told.at(-1)).toBe("La réponse est envoyée de nouveau.");
});

test.each(["settled", "missing"])("takes away what is %s: somebody was quicker", async (error) => {
  const { list } = await opened(refused(error));
  await list.settle("dismiss", FIRST);

  expect([list.items, list.failure]).toEqual([[SECOND], "Non."]);
});

test("keeps what could not be settled now", async () => {
  const { list } = await opened(refused("not_stored"));
  const done = await list.settle("again", FIRST);

  expect([done, list.items.length, list.isBusy(FIRST)]).toEqual([false, 2, false]);
});

test("counts what was settled once, whether the gateway tells of it before or after it answers", async () => {
  const { list } = await opened({ ok: true, value: true });
  const settled = list.settle("again", FIRST);
  list.hear(1);
  await settled;

  expect([list.count, list.isOpen]).toEqual([1, true]);
});
