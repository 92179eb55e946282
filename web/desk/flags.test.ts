import { expect, test } from "vitest";

import { Flagging, type Flag } from "./flags";

const FLAG: Flag = { kind: "phone", words: "02 40 99 99 99" };

function flagging(found: readonly Flag[] = [FLAG]): { told: (readonly Flag[])[]; asked: string[]; it: Flagging } {
  const told: (readonly Flag[])[] = [];
  const asked: string[] = [];
  const ask = async (words: string) => {
    asked.push(words);
    return { ok: true as const, value: found };
  };
  return { told, asked, it: new Flagging(ask, (flags) => told.push(flags), 0) };
}

test("what is typed in one go is asked once, and the answer told", async () => {
  const { told, asked, it } = flagging();

  it.watch("Appelez le 02 40 99 99", []);
  it.watch("Appelez le 02 40 99 99 99", []);

  await expect.poll(() => told).toEqual([[FLAG]]);
  expect(asked).toEqual(["Appelez le 02 40 99 99 99"]);
});

test("words without a number, an address or a link are not sent anywhere, and take the warning away", () => {
  const { told, asked, it } = flagging();

  it.watch("Bonjour, oui", []);

  expect(told).toEqual([[]]);
  expect(asked).toEqual([]);
});

test("an answer about other words is not told", async () => {
  let answer: (value: { ok: true; value: readonly Flag[] }) => void = () => {};
  let isAsked = false;
  const told: (readonly Flag[])[] = [];
  const ask = () => {
    isAsked = true;
    return new Promise<{ ok: true; value: readonly Flag[] }>((resolve) => {
      answer = resolve;
    });
  };
  const it = new Flagging(ask, (flags) => told.push(flags), 0);

  it.watch("02 40 99 99 99", []);
  await expect.poll(() => isAsked).toBe(true);
  it.watch("Bonjour", []);
  answer({ ok: true, value: [FLAG] });
  await Promise.resolve();

  expect(told).toEqual([[]]);
});
