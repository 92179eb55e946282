import { describe, expect, it } from "vitest";

import { marked } from "./marking";

const shown = (text: string, words: readonly string[]): string =>
  marked(text, words)
    .map((one) => (one.isMarked ? `[${one.text}]` : one.text))
    .join("");

describe("marked", () => {
  it("marks whole words, whatever their case and accents", () => {
    expect(shown("Un Lampadaire éteint, des lampadaires", ["lampadaire", "eteint"])).toBe("Un [Lampadaire] [éteint], des lampadaires");
  });

  it("prefers the longer group of words, across lines", () => {
    expect(shown("un nid de\npoule", ["nid", "nid de poule"])).toBe("un [nid de\npoule]");
  });

  it("loses no letter of the text, and takes words for words", () => {
    const text = "a.b (c) œuvre ☃️ 12 €";
    expect(marked(text, [".", "(c)", "*", "b", "œuvre"]).map((one) => one.text).join("")).toBe(text);
    expect(shown("a . b a", ["a+b", "."])).toBe("a [.] b a");
  });

  it("marks nothing without words", () => {
    expect(marked("texte", [])).toEqual([{ text: "texte", isMarked: false }]);
    expect(marked("", ["a"])).toEqual([]);
  });
});
