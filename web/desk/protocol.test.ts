import { expect, test } from "vitest";

import { readCase, readCounts, readGivenUp, readLine, readMe, readPending, readRow, readSource, readSuggestion, readWhole } from "./protocol";

const SERVER = "https://mairie.example";

test("a case without an id is none, and strange fields become neutral ones", () => {
  expect(readRow(null)).toBeNull();
  expect(readRow({ id: "7" })).toBeNull();
  expect(readRow({ id: 7, state: "lost", urgent: "yes", agent: "Karim", due_at: 3 })).toMatchObject({
    id: 7, state: "waiting", urgent: false, agent: null, dueAt: null, version: 0,
  });
});

test("what a rule did with a case is shown if it has a name", () => {
  const relay = { what: "untaken", name: "Non prise", text: "non prise par Voirie en 4 heures ouvrées", at: "2026-11-23T15:00:00Z" };

  expect(readRow({ id: 1, relay })?.relay).toEqual({ isTold: true, name: relay.name, text: relay.text, at: relay.at });
  expect(readRow({ id: 1, relay: { ...relay, what: "relayed" } })?.relay?.isTold).toBe(false);
  expect([null, {}, "untaken", { name: 3 }].map((one) => readRow({ id: 1, relay: one })?.relay)).toEqual([null, null, null, null]);
});

test("a source that is no page has no link", () => {
  expect(readSource({ title: "A", url: "javascript:alert(1)" }, SERVER)).toMatchObject({ title: "A", href: null });
  expect(readSource({ title: "A", url: "/articles/a" }, SERVER)?.href).toBe(`${SERVER}/articles/a`);
  expect(readSource({}, SERVER)).toBeNull();
});

test("words of an unknown author are shown as the citizen's", () => {
  expect(readLine({ position: 1, text: "x", author: "root" }, SERVER)?.author).toBe("citizen");
  expect(readLine({ text: "x" }, SERVER)).toBeNull();
});

test("a whole case comes from a request and from the event alike", () => {
  expect(readWhole({ case_state: { id: 1 } }, SERVER)?.watchers).toBeNull();
  const rest = { lines: [{ position: 1, text: "x" }, 3], history: [{}], pending: [{ id: "" }], watchers: ["Karim", 4] };
  const read = { case: { id: 1 }, lines: [{ position: 1 }], history: [], pending: [], watchers: ["Karim"] };

  expect(readWhole({ case: { id: 1 }, ...rest }, SERVER)).toMatchObject(read);
  expect(readWhole({ case: 1, case_state: { id: 1 }, ...rest }, SERVER)).toMatchObject(read);
  expect(readWhole({ case: 1, ...rest }, SERVER)).toBeNull();
});

test("counts of unknown tabs are left out", () => {
  expect(readCounts({ mine: 2, all: "3", elsewhere: 1 })).toEqual({ mine: 2 });
});

test("nobody named is nobody signed in; limits have values whatever was said", () => {
  expect(readMe({})).toBeNull();
  expect(readMe({ agent: { id: 1, name: "Léa" }, views: ["closed", "mine", "?"], undo_seconds: -1 })).toMatchObject({
    views: ["mine", "closed"], undoSeconds: 0, maxTextChars: 4000, canned: [],
  });
});

test("a suggestion without a passage is none", () => {
  expect(readSuggestion({ title: "A", url: "/a" }, SERVER)).toBeNull();
  expect(readSuggestion({ title: "A", url: "/a", text: "B" }, SERVER)).toMatchObject({ title: "A", source: { url: "/a" } });
});

test("a reply that nobody named is not taken for one's own", () => {
  expect(readPending({ id: "a", text: "x" }, SERVER)?.agent.id).toBe(0);
});

test("a state that nobody knows is none, and a detail's link is a page of the web", () => {
  const line = { position: 1, text: "x", delivery: { state: "lost" }, files: [{ name: "a.pdf" }, { id: "f" }], receiving: -1 };
  const details = ["https://a.example/", "javascript:alert(1)", "/desk", null].map((url) => ({ name: "n", value: "v", url }));

  expect(readLine(line, SERVER)).toMatchObject({ delivery: null, files: [{ id: "f", name: "f", sizeBytes: 0 }], receiving: 0 });
  expect(readLine({ ...line, delivery: { state: "read" } }, SERVER)?.delivery).toEqual({ state: "read", reason: "", doubtful: false });
  expect(readCase({ id: 1, details }, SERVER)?.details.map(({ href }) => href)).toEqual(["https://a.example/", null, null, null]);
});

test("limits of a channel without a window, and a reply that cannot be named, are read as such", () => {
  const limits = { text_chars: 4096, window_until: "soon", after_window: "later", first_private: 1 };

  expect(readCase({ id: 1, channel_limits: limits }, SERVER)?.channelLimits).toEqual({
    textChars: 4096,
    windowUntil: "",
    afterWindow: "",
    firstPrivate: false,
  });
  expect(readCase({ id: 1, channel_limits: { text_chars: 0 } }, SERVER)?.channelLimits).toBeNull();
  expect(readCase({ id: 1, other_cases: [{ id: 2 }, { number: "D-1" }] }, SERVER)?.otherCases).toMatchObject([{ id: null, number: "D-1" }]);
  expect(readGivenUp({ reply: "r1" })).toBeNull();
});
