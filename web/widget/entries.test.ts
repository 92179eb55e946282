import { expect, test } from "vitest";

import { append, merge, openChoices, settled, type Item } from "./entries";

function item(id: string, extra: Partial<Item> = {}): Item {
  return { id, author: "bot", text: id, language: null, at: null, name: "", buttons: [], sources: [], attachments: [], ...extra };
}

const ids = (items: readonly Item[]): string => items.map(({ id }) => id).join(" ");

test("an entry with a known id is not shown twice", () => {
  const items = [item("a")];

  expect(append(items, item("a", { text: "again" }))).toBe(items);
  expect(ids(append(items, item("b")))).toBe("a b");
});

test("after a reconnection the server's order holds, and unacknowledged words come last", () => {
  const mine = item("mine", { author: "citizen", delivery: "sending" });

  expect(ids(merge([item("b"), mine, item("a")], [item("a"), item("b"), item("c")]))).toBe("a b c mine");
});

test("a message that the server turns out to have is no longer on its way", () => {
  const merged = merge([item("m", { author: "citizen", delivery: "failed" })], [item("m", { author: "citizen" })]);

  expect(merged).toEqual([item("m", { author: "citizen" })]);
});

test("what is older than the history stays before it, what came since stays after it", () => {
  const old = item("old", { at: "2026-01-01T08:00:00Z" });
  const late = item("late", { at: "2026-01-01T10:00:00+00:00" });

  expect(ids(merge([old, late], [item("h", { at: "2026-01-01T10:30:00+01:00" })]))).toBe("old h late");
});

test("a history that repeats an id is shown once", () => {
  expect(ids(merge([], [item("a"), item("a"), item("b")]))).toBe("a b");
});

test("choices stand until the citizen or an agent says something", () => {
  const buttons = [{ title: "Oui", token: "t" }];
  const offer = item("offer", { buttons });

  expect(openChoices([offer, item("more")]).get("offer")).toEqual(buttons);
  expect(openChoices([offer, item("hello", { author: "agent" })]).has("offer")).toBe(false);
  expect(openChoices([offer, item("no", { author: "citizen" }), item("more")]).has("offer")).toBe(false);
});

test("a settled message keeps its words and nothing of its delivery", () => {
  const sent = item("m", { author: "citizen", delivery: "refused", note: "too long", retry: true, pressed: "t" });

  expect(settled(sent)).toEqual(item("m", { author: "citizen" }));
});
