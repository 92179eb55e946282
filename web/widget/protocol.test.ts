import { expect, test } from "vitest";

import { mailto } from "./transcript";
import { readAck, readConfig, readEntry, readReady, readStanding, readUpload, safeUrl } from "./protocol";
import { stringsFor } from "./strings";

const SERVER = "https://chat.ville.example";

test("links lead to http(s) or to the server itself", () => {
  expect(safeUrl("/articles/a", SERVER)).toBe("https://chat.ville.example/articles/a");
  expect(safeUrl("https://www.service-public.fr/x", SERVER)).toBe("https://www.service-public.fr/x");
});

test("whatever else calls itself a link is none", () => {
  const bad = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//autre.example", "/\\autre.example", "/\t/autre.example", "articles/a", "", "https://"];
  for (const address of bad) expect(safeUrl(address, SERVER)).toBeNull();
});

test("an entry without id or text is none, and strange fields become neutral ones", () => {
  expect(readEntry(null, SERVER)).toBeNull();
  expect(readEntry({ id: "a" }, SERVER)).toBeNull();
  expect(readEntry({ id: 7, text: "x" }, SERVER)).toBeNull();
  expect(readEntry({ id: "a", text: "x", author: "root", buttons: "no", sources: [null, 3, {}] }, SERVER)).toEqual({
    id: "a", text: "x", author: "bot", language: null, at: null, name: "", buttons: [], sources: [], attachments: [],
  });
});

test("a session without an id is none; unreadable entries of a history are left out", () => {
  expect(readReady({ history: [] }, SERVER)).toBeNull();
  expect(readReady({ session_id: "s", resumed: "yes", history: [1, { id: "a", text: "x" }] }, SERVER)).toMatchObject({
    sessionId: "s", resumed: false, welcome: null, history: [{ id: "a" }],
  });
});

test("an acknowledgement that cannot be read counts as not stored", () => {
  expect(readAck({ ok: true })).toEqual({ ok: true });
  expect(readAck(undefined)).toEqual({ ok: false, error: "not_stored", text: "" });
});

test("a town without settings still has a chat", () => {
  expect(readConfig("nothing", SERVER)).toMatchObject({ town: "", maxTextChars: 4000, privacyUrl: null });
});

test("the privacy notice is a web address or a path of the server, or there is no link to it", () => {
  const privacy = (address: string): string | null => readConfig({ privacy_url: address }, SERVER).privacyUrl;

  expect(privacy("/confidentialite")).toBe(`${SERVER}/confidentialite`);
  expect(privacy("https://town.example/vos-donnees")).toBe("https://town.example/vos-donnees");
  for (const address of ["javascript:alert(1)", "//elsewhere.example/x", "data:text/html,x", "confidentialite"]) {
    expect(privacy(address)).toBeNull();
  }
});

test("an e-mail carries who said what, with links, and drops the beginning when it is too long", () => {
  const t = stringsFor("fr");
  const entry = { id: "1", author: "citizen" as const, text: "Où ?\nQuand ?", language: null, at: null, name: "", buttons: [], sources: [], attachments: [] };
  const short = decodeURIComponent(mailto([entry], t, "Pontavel") ?? "");

  expect(short).toContain("&body=Vous :\r\nOù ?\r\nQuand ?");
  expect(mailto([], t, "Pontavel")).toBeNull();

  const long = mailto([{ ...entry, text: "é".repeat(2000) }, { ...entry, text: "fin" }], t, "Pontavel") ?? "";

  expect(decodeURIComponent(long)).toContain(t.mailCut);
  expect(long.length).toBeLessThan(7500);
});

test("an entry may say in which language the conversation goes on", () => {
  expect(readEntry({ id: "a", text: "x", speak: "en" }, "http://localhost")?.speak).toBe("en");
  expect(readEntry({ id: "a", text: "x", speak: 7 }, "http://localhost")).not.toHaveProperty("speak");
});

test("the languages have catalogues, French where there is none", () => {
  expect(stringsFor("en-GB").language).toBe("en");
  expect(stringsFor("de").language).toBe("fr");
  expect(stringsFor(null).language).toBe("fr");
});

test("who has the conversation is the bot, unless somebody else is said to", () => {
  const nobody = { state: "bot", number: "", service: "", place: 0, wait: "", name: "" };

  expect(readStanding(undefined)).toEqual(nobody);
  expect(readStanding({ state: "root", place: -2, name: 7 })).toEqual(nobody);
  expect(readStanding({ state: "waiting", place: 2, wait: "environ 5 minutes" })).toEqual({
    ...nobody, state: "waiting", place: 2, wait: "environ 5 minutes",
  });
});

test("an uploaded photo has an id, or a refusal in words; anything else says nothing", () => {
  expect(readUpload({ ok: true, id: "p" })).toEqual({ id: "p" });
  expect(readUpload({ ok: false, error: "photo_not_one", text: "Pas une photo." })).toEqual({ error: "photo_not_one", text: "Pas une photo." });
  for (const unreadable of [null, "<html>", { ok: true }, { ok: false }, { id: "p" }]) expect(readUpload(unreadable)).toBeNull();
});

test("photos are taken where the server says how many and how large", () => {
  const photos = (value: unknown): unknown => readConfig({ photos: value }, SERVER).photos;

  expect(photos({ max_bytes: 10_000_000, per_message: 3 })).toEqual({ maxBytes: 10_000_000, perMessage: 3 });
  for (const none of [undefined, true, {}, { max_bytes: 1 }, { max_bytes: "1", per_message: 3 }]) expect(photos(none)).toBeNull();
});

test("an e-mail names the agent and mentions the photos", () => {
  const t = stringsFor("fr");
  const entry = (raw: object) => readEntry({ id: "1", text: "", ...raw }, SERVER)!;
  const items = [
    entry({ author: "citizen", attachments: [{ name: "photo.jpg" }] }),
    entry({ author: "agent", name: "Claire M.", text: "Merci." }),
  ];

  expect(decodeURIComponent(mailto(items, t, "Pontavel") ?? "")).toContain(
    "Vous :\r\n(Photo)\r\n\r\nClaire M., agent de la mairie :\r\nMerci.",
  );
});
