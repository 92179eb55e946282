import { expect, test } from "vitest";

import { addParagraph, insertAt, matching, queryAt } from "./canned";
import { DEFAULT_WIDTHS, LEAST, readWidths, resize, wishOf } from "./panes";
import { readHappening, readLine, readPending } from "./protocol";
import { localArea, NO_DRAFT, Storage } from "./storage";
import { lastPosition, mergeLines, pieces, secondsLeft } from "./thread";

const SERVER = "https://mairie.example";
const CANNED = [
  { key: "pieces", title: "Pièces à fournir", text: "…" },
  { key: "bonjour", title: "Bonjour", text: "Bonjour." },
];

function line(position: number, minute: number): NonNullable<ReturnType<typeof readLine>> {
  return readLine({ position, text: "x", at: `2026-01-05T10:0${minute}:00Z` }, SERVER)!;
}

function memory(): globalThis.Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (at: number) => [...kept.keys()][at] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}

test("a slash at the start of a word asks for a ready-made reply, one inside a word does not", () => {
  expect(queryAt("/pi", 3)).toEqual({ from: 0, to: 3, words: "pi" });
  expect(queryAt("Bonjour /", 9)).toEqual({ from: 8, to: 9, words: "" });
  for (const text of ["24/12", "https://x", "/pi ", ""]) expect(queryAt(text, text.length)).toBeNull();
});

test("ready-made replies are found by key first, then by title, without accents", () => {
  expect(matching(CANNED, "b").map(({ key }) => key)).toEqual(["bonjour"]);
  expect(matching(CANNED, "piè").map(({ key }) => key)).toEqual(["pieces"]);
  expect(matching(CANNED, "fournir").map(({ key }) => key)).toEqual(["pieces"]);
  expect(matching(CANNED, "zzz")).toEqual([]);
});

test("a passage takes the place of what asked for it, or becomes a paragraph", () => {
  expect(insertAt("Oui /b, merci", 4, 6, "Bonjour.")).toEqual({ text: "Oui Bonjour., merci", caret: 12 });
  expect(addParagraph("", "A")).toBe("A");
  expect(addParagraph("Avant \n", "A")).toBe("Avant\n\nA");
});

test("panes stay within their limits and leave the conversation its room", () => {
  expect(resize(DEFAULT_WIDTHS, "queue", 10, 1280).queue).toBe(LEAST.queue);
  expect(resize({ queue: 350, side: 330 }, "queue", 900, 1280).queue).toBe(520);
  expect(resize({ queue: 350, side: 500 }, "queue", 900, 1280).queue).toBe(400);
  expect(wishOf("ArrowLeft", "side", 300)).toBe(324);
  expect(wishOf("ArrowLeft", "queue", 300)).toBe(276);
  expect(wishOf("a", "queue", 300)).toBeNull();
  expect(readWidths({ queue: 9999, side: 300 })).toEqual({ queue: DEFAULT_WIDTHS.queue, side: 300 });
});

test("lines come once and in order; a note stands where it was written", () => {
  const lines = mergeLines([line(1, 1), line(3, 5)], [line(2, 2), line(3, 5)]);
  const note = readHappening({ position: 9, what: "note", at: "2026-01-05T10:03:00Z", text: "n" })!;
  const other = readHappening({ position: 8, what: "taken", at: "2026-01-05T10:02:00Z" })!;

  expect(pieces(lines, [other, note]).map(({ key }) => key)).toEqual(["line-1", "line-2", "note-9", "line-3"]);
  expect(lastPosition(lines)).toBe(3);
  expect(lastPosition([])).toBe(0);
});

test("a reply never seems to wait longer than the gateway lets it", () => {
  const pending = readPending({ id: "a", text: "x", leaves_at: "2026-01-05T10:00:05Z" }, SERVER)!;
  const at = (seconds: number): number => Date.parse("2026-01-05T10:00:00Z") + seconds * 1000;

  expect([-60, 0, 3.2, 9].map((seconds) => secondsLeft(pending, at(seconds), 5))).toEqual([5, 5, 2, 0]);
  expect(secondsLeft({ ...pending, leavesAt: "?" }, at(0), 5)).toBe(0);
});

test("drafts are kept by agent and case, go when empty, and are swept after seven days", () => {
  let now = 0;
  const area = memory();
  const storage = new Storage(localArea(() => area), SERVER, () => now);
  const draft = { ...NO_DRAFT, reply: "à moitié", outgoing: { id: "a", text: "b", sources: [], suggestion: "" } };
  storage.keepDraft(1, 7, draft);
  storage.keepDraft(2, 7, { ...NO_DRAFT, note: "n" });

  expect(storage.draft(1, 7)).toEqual(draft);
  expect(storage.draft(1, 8)).toEqual(NO_DRAFT);
  expect(storage.countDrafts(1)).toBe(1);

  storage.keepDraft(1, 7, NO_DRAFT);

  expect(storage.countDrafts(1)).toBe(0);

  now = 8 * 24 * 3600 * 1000;
  storage.sweep();

  expect(area.length).toBe(0);
});

test("where storage is blocked all is kept as long as the page", () => {
  const blocked = localArea(() => {
    throw new Error("SecurityError");
  });
  const storage = new Storage(blocked, SERVER);
  storage.keepDraft(1, 7, { ...NO_DRAFT, reply: "x" });
  storage.preferences = { ...storage.preferences, shortcuts: false };

  expect(storage.draft(1, 7).reply).toBe("x");
  expect(storage.preferences.shortcuts).toBe(false);

  storage.dropDrafts(1);

  expect(storage.countDrafts(1)).toBe(0);
});

test("settings that cannot be read are the defaults: no sound, no notification, shortcuts on", () => {
  const area = memory();
  area.setItem("guichet-desk:preferences", "{");

  expect(new Storage(localArea(() => area), SERVER).preferences).toEqual({
    shortcuts: true, sound: false, notifications: false, size: 0, suggestions: true, widths: DEFAULT_WIDTHS,
  });
});
