import { expect, test } from "vitest";

import { readStanding } from "./protocol";
import type { Session } from "./session";
import { stringsFor } from "./strings";
import { Telling } from "./telling";

const t = stringsFor("fr");

/** A session as far as it is told of. */
function session(desk: unknown, link: Session["link"] = "ready"): Session {
  return { link, items: [], awaiting: "nothing", desk: { standing: readStanding(desk) } } as unknown as Session;
}

const waiting = { state: "waiting", service: "Voirie", number: "D-1", place: 2, wait: "environ 5 minutes" };

test("a change of who has the conversation is told once", () => {
  const telling = new Telling();

  expect(telling.words(session({ state: "bot" }), t)).toBe("");
  expect(telling.words(session(waiting), t)).toBe("File d’attente\u00a0: Voirie, 2e place, environ 5 minutes, demande D-1");
  expect(telling.words(session(waiting), t)).toBe("");
  expect(telling.words(session({ ...waiting, wait: "environ 4 minutes" }), t)).toBe("");
  expect(telling.words(session({ ...waiting, place: 1 }), t)).toContain("1re place");
  expect(telling.words(session({ state: "agent", name: "Claire M." }), t)).toBe("Claire M. vous répond");
  expect(telling.words(session({ state: "bot" }), t)).toBe(t.botAgain);
  expect(telling.words(session({ state: "bot" }), t)).toBe("");
});

test("a connection that comes back to the same place says only that it is back", () => {
  const telling = new Telling();
  telling.words(session(waiting), t);

  expect(telling.words(session(waiting, "lost"), t)).toBe(t.lost);
  expect(telling.words(session(waiting), t)).toBe(t.recovered);
});

test("what changed while the connection was lost is told with its return", () => {
  const telling = new Telling();
  telling.words(session(waiting), t);
  telling.words(session(waiting, "lost"), t);

  expect(telling.words(session({ state: "agent", name: "Claire M." }), t)).toBe(`${t.recovered} Claire M. vous répond`);
});

test("an erased conversation takes its queue along", () => {
  const telling = new Telling();
  telling.words(session(waiting), t);
  telling.words(session({ state: "bot" }, "ended"), t);

  expect(telling.words(session({ state: "bot" }), t)).toBe("");
});
