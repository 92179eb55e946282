import { expect, test } from "vitest";

import { differences, shortened } from "./differences";

const shown = (older: string, newer: string): string =>
  differences(older, newer)
    .map(({ kind, line }) => ({ same: " ", added: "+", removed: "-" })[kind] + line)
    .join("|");

test("lines of one text only are told from those of both", () => {
  expect(shown("a\nb\nc", "a\nx\nc")).toBe(" a|-b|+x| c");
  expect(shown("a\nb\nc\nd", "b\nd\ne")).toBe("-a| b|-c| d|+e");
  expect(shown("a\na\nb", "a\nb\nb")).toBe(" a|-a|+b| b");
});

test("nothing, all of it, and a last line break", () => {
  expect(shown("", "")).toBe("");
  expect(shown("", "a")).toBe("+a");
  expect(shown("a", "")).toBe("-a");
  expect(shown("a\n", "a\n\n")).toBe(" a");
});

test("applying the changes to the older text gives the newer one", () => {
  const lines = (seed: number, count: number): string =>
    Array.from({ length: count }, (_, at) => "abcdef"[(seed * (at + 3) * (at + seed)) % 6]).join("\n");
  for (let seed = 1; seed < 40; seed++) {
    const [older, newer] = [lines(seed, 30), lines(seed + 7, 25)];
    const changes = differences(older, newer);
    const text = (without: string): string => changes.filter(({ kind }) => kind !== without).map(({ line }) => line).join("\n");

    expect(text("added")).toBe(older);
    expect(text("removed")).toBe(newer);
  }
});

test("very long texts are compared as a whole", () => {
  const long = (word: string): string => Array.from({ length: 2000 }, (_, at) => `${word} ${at}`).join("\n");

  expect(differences(long("a"), long("b"))).toHaveLength(4000);
});

test("what is far from a change is left out", () => {
  const older = Array.from({ length: 20 }, (_, at) => `l${at}`).join("\n");
  const changes = shortened(differences(older, older.replace("l10", "neu")));

  expect(changes.map((one) => (one ? one.line : "…"))).toEqual(["…", "l8", "l9", "l10", "neu", "l11", "l12", "…"]);
  expect(shortened(differences("a", "a"))).toEqual([null]);
});
