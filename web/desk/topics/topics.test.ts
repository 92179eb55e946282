import { expect, test } from "vitest";

import { topics as t } from "../strings/topics";
import { readListing, readTopic } from "./words";

const ROW = {
  id: 4,
  name: "trottinettes · trottoir",
  course: "growing",
  course_name: "En hausse",
  count: 12,
  recent: 5,
  usual: 1.75,
  weeks: [{ first: "2026-05-01", count: 3 }],
  nearest: [{ id: "velos", title: "Garer un vélo", url: "/articles/velos", percent: 21, service_name: "Voirie" }],
  is_open: true,
  examples: [{ text: "où garer ?", at: "2026-05-02T08:00:00+00:00", why_name: "pas compris" }],
  decision: null,
};

test("a group is read as the protocol gives it", () => {
  const topic = readTopic(ROW);

  expect(topic).toMatchObject({ id: 4, course: "growing", recent: 5, usual: 1.75, isOpen: true, isBack: false, decided: null });
  expect(topic?.examples).toEqual([{ text: "où garer ?", at: "2026-05-02T08:00:00+00:00", whyName: "pas compris" }]);
});

test("what is no group is left out, and what cannot be is nothing", () => {
  const odd = { ...ROW, course: "sideways", count: "many", usual: -1, weeks: [{}, null], nearest: [{ id: "x" }], decision: { what: "burn" } };

  expect(readListing({ topics: [null, {}, { id: "4", name: "x" }, ROW], more: 2, days: 60 }).topics).toHaveLength(1);
  expect(readTopic(odd)).toMatchObject({ course: "steady", count: 0, usual: 0, weeks: [], nearest: [], decided: null });
  expect(readListing(undefined)).toEqual({ topics: [], more: 0, days: 0, intents: [] });
});

test("a page's address is a path of the town's site, or none", () => {
  const urls = ["javascript:alert(1)", "//evil.example", "https://evil.example", "/\\evil", "/articles/velos"];
  const read = urls.map((url) => readTopic({ ...ROW, nearest: [{ id: "x", title: "X", url }] })?.nearest[0]?.url);

  expect(read).toEqual(["", "", "", "", "/articles/velos"]);
});

test("counts are said as people say them", () => {
  expect(t.counted(1)).toBe("1 question");
  expect(t.recent(4, 0)).toBe("4 ces 7 derniers jours, aucune les quatre semaines d’avant");
  expect(t.recent(5, 1.75)).toBe("5 ces 7 derniers jours, 1,8 par semaine auparavant");
  expect(t.more(1)).toContain("1 autre groupe, moins demandé, n");
});
