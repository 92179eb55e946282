import { expect, test } from "vitest";

import { Announcing } from "./announcing";

/** What the live region held at each rendering, and the frames that wait. */
function region() {
  const shown: string[] = [];
  const frames: (() => void)[] = [];
  const announcing: Announcing = new Announcing(
    () => shown.push(announcing.words),
    (work) => frames.push(work),
  );
  return { announcing, shown, frame: () => frames.splice(0).forEach((work) => work()) };
}

test("the same refusal twice is emptied and said again in the next frame", () => {
  const { announcing, shown, frame } = region();
  announcing.tellAgain("Écrivez d’abord votre question.");
  announcing.tellAgain("Écrivez d’abord votre question.");
  frame();

  expect(shown).toEqual(["Écrivez d’abord votre question.", "", "Écrivez d’abord votre question."]);
});

test("newer words are not overwritten by the ones that waited for a frame", () => {
  const { announcing, shown, frame } = region();
  announcing.tellAgain("Trop long.");
  announcing.tellAgain("Trop long.");
  announcing.tell("Connexion perdue.");
  frame();

  expect(shown.at(-1)).toBe("Connexion perdue.");
});

test("what waits for a frame is dropped with the rest", () => {
  const { announcing, frame } = region();
  announcing.tellAgain("Trop long.");
  announcing.tellAgain("Trop long.");
  announcing.hush();
  frame();

  expect(announcing.words).toBe("");
});

test("what is only so is read once", () => {
  const { announcing, shown, frame } = region();
  announcing.tell("Connexion perdue.");
  announcing.tell("Connexion perdue.");
  frame();

  expect(shown).not.toContain("");
});

test("nothing to say is not said again", () => {
  const { announcing, shown, frame } = region();
  announcing.tellAgain("");
  announcing.tellAgain("");
  frame();

  expect(shown).toEqual(["", ""]);
});
