import { expect, test } from "vitest";

import { Storage, type Area } from "../storage";
import { blank, bodyOf, fieldsOf, isSame, readKept } from "./fields";
import { arranged, isIn } from "./listed";
import { readArticle, readArticleRow, readEditions, readFiches, readListing, readPreview, type ArticleRow } from "./words";

const row = (id: string, extra: Record<string, unknown> = {}): ArticleRow => readArticleRow({ id, title: id, state: "published", ...extra })!;
const ids = (rows: readonly ArticleRow[]): string => rows.map(({ id }) => id).join(" ");

test("what came over the wire is looked at before it is used", () => {
  for (const bad of [null, 7, "x", [], {}, { article: {} }, { article: { id: 3 } }]) expect(readArticle(bad)).toBeNull();
  expect(readListing({ articles: [null, { id: "" }, { id: "a" }], owners: [{ id: "x" }, { id: 1, name: "Léa" }] })).toMatchObject({
    rows: [{ id: "a", title: "a", state: "draft", uses: { answers: 0, percent: null } }],
    owners: [{ id: 1, name: "Léa" }],
  });
  expect(readEditions({ editions: [{ number: 0 }, { number: 2, keywords: ["a", 3] }] })).toMatchObject([{ number: 2, keywords: ["a"] }]);
  expect(readPreview(null)).toEqual({ html: "", passages: [], warnings: [] });
  expect(readFiches({ fiches: [{ title: "x" }, { id: "F1", title: "x" }] })).toHaveLength(1);
});

test("an article leads to its own page and to nothing else", () => {
  const url = (value: string): string => readArticle({ article: { id: "a", url: value } })!.url;

  expect(url("/articles/carte-identite")).toBe("/articles/carte-identite");
  expect(["//ailleurs.example", "javascript:alert(1)", "/articles/../desk", "https://x.example"].map(url)).toEqual(["", "", "", ""]);
});

test("a form is changed when a field of it is, and not by a last line break", () => {
  const base = blank("voirie", "2027-01-05");

  expect(isSame(base, { ...base, body: "\n" })).toBe(true);
  expect(isSame(base, { ...base, owner: 2 })).toBe(false);
  expect(isSame(base, fieldsOf(readArticle({ article: { id: "a", title: "", service: "voirie", audience: "particuliers", review_on: "2027-01-05" } })!))).toBe(false);
});

test("keywords are sent as a list, empty days as none", () => {
  const sent = bodyOf({ ...blank("voirie", ""), keywords: " trou , nid de poule,,\nchaussée " });

  expect(sent).toMatchObject({ keywords: ["trou", "nid de poule", "chaussée"], review_on: null, valid_until: null });
});

test("what was kept on the machine is read as far as it can be", () => {
  const base = blank("voirie", "2027-01-05");
  const kept = { fields: { ...base, title: "Un titre", owner: "x", body: "Texte" }, version: 3 };

  expect(readKept(kept, base)).toEqual({ version: 3, fields: { ...base, title: "Un titre", body: "Texte", owner: null } });
  for (const bad of [null, {}, { fields: { title: 3 }, version: 1 }, { ...kept, version: "3" }]) expect(readKept(bad, base)).toBeNull();
});

test("unsaved articles are known by name, swept after a week, and dropped with the drafts of cases", () => {
  const memory = new Map<string, string>();
  const area: Area = {
    get: (key) => memory.get(key) ?? null,
    set: (key, value) => void (value === null ? memory.delete(key) : memory.set(key, value)),
    keys: () => [...memory.keys()],
  };
  let now = 0;
  const storage = new Storage(area, "", () => now);
  storage.keepArticle(1, "new", { version: 0 });
  storage.keepArticle(1, "carte-identite", { version: 2 });
  storage.keepArticle(2, "piscine", { version: 1 });
  storage.keepArticle(1, "carte-identite", null);

  expect([...storage.unsavedArticles(1)]).toEqual(["new"]);
  expect(storage.countDrafts(1)).toBe(1);
  storage.dropDrafts(1);
  expect(storage.article(1, "new")).toBeNull();
  now = 8 * 24 * 3600 * 1000;
  storage.sweep();
  expect(memory.size).toBe(0);
});

test("filters overlap where an article is both published and to be read again", () => {
  const both = row("a", { to_review: true });

  expect((["all", "draft", "published", "expired", "review"] as const).filter((one) => isIn(both, one))).toEqual(["all", "published", "review"]);
});

test("what nobody has rated, or has no day, comes last", () => {
  const rows = [
    row("a", { uses: { answers: 1, rated: 0, percent: null } }),
    row("b", { uses: { answers: 9, rated: 3, percent: 80 }, review_on: "2027-01-01" }),
    row("c", { uses: { answers: 4, rated: 3, percent: 20 }, review_on: "2026-05-01" }),
  ];

  expect(ids(arranged(rows, "all", "title"))).toBe("a b c");
  expect(ids(arranged(rows, "all", "used"))).toBe("b c a");
  expect(ids(arranged(rows, "all", "helped"))).toBe("c b a");
  expect(ids(arranged(rows, "all", "review"))).toBe("c b a");
  expect(ids(arranged(rows, "expired", "title"))).toBe("");
});
