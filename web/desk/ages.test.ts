import { expect, test } from "vitest";

import { ageOf, languageName, length } from "./ages";

const MINUTE = 60_000;
const NOW = Date.parse("2026-01-05T10:00:00Z");

function aged(minutes: number, due: number | null, extra = {}): ReturnType<typeof ageOf> {
  const at = (offset: number): string => new Date(NOW + offset * MINUTE).toISOString();
  const dueAt = due === null ? null : at(due);
  return ageOf({ state: "waiting", late: false, openedAt: at(-minutes), dueAt, closedAt: null, ...extra }, NOW);
}

test("lengths are said in the largest fitting unit", () => {
  const said = [0.5, 12, 60, 65, 24 * 60, 72 * 60].map((minutes) => length(minutes * MINUTE).replaceAll("\u00a0", " "));

  expect(said).toEqual(["moins d’une minute", "12 min", "1 h", "1 h 05", "1 jour", "3 jours"]);
});

test("a case is late from its due moment on, and says by how much", () => {
  expect(aged(30, -4)).toEqual({ words: "il y a 30\u00a0min", lateness: "late", hurry: "En retard de 4\u00a0min" });
});

test("shortly before, it says how long there is", () => {
  expect(aged(18, 2).hurry).toBe("À traiter d’ici 2\u00a0min");
  expect(aged(5, 15).lateness).toBe("none");
});

test("a closed case is in no hurry, and its age is that of its closing", () => {
  const closedAt = new Date(NOW - 3 * MINUTE).toISOString();

  expect(aged(90, -60, { state: "closed", closedAt })).toEqual({ words: "il y a 3\u00a0min", lateness: "none", hurry: "" });
});

test("dates that cannot be read say nothing", () => {
  expect(ageOf({ state: "waiting", late: true, openedAt: "?", dueAt: null, closedAt: null }, NOW)).toEqual({
    words: "", lateness: "late", hurry: "En retard",
  });
});

test("a language is named unless it is French", () => {
  expect(languageName("fr-FR")).toBe("");
  expect(languageName("")).toBe("");
  expect(languageName("en")).toBe("anglais");
  expect(languageName("not a tag")).toBe("not a tag");
});
