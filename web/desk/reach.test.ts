import { expect, test } from "vitest";

import type { ChannelLimits } from "./protocol";
import { limitWords, windowOf } from "./reach";
import { sizeWords } from "./sizes";

const NOW = Date.parse("2026-01-05T09:30:00Z");

function limits(more: Partial<ChannelLimits>): ChannelLimits {
  return { textChars: 4096, windowUntil: "", afterWindow: "", firstPrivate: false, ...more };
}

test("says how long one may still answer freely", () => {
  const windowUntil = "2026-01-05T12:42:30Z";

  expect(windowOf(limits({ windowUntil, afterWindow: "template" }), NOW)).toEqual({
    words: "Réponse libre encore 3\u00a0h\u00a012",
    isOpen: true,
  });
});

test("says what becomes of a reply afterwards", () => {
  const windowUntil = "2026-01-05T09:30:00Z";
  const words = (["template", "human_agent", "refused", ""] as const).map(
    (afterWindow) => windowOf(limits({ windowUntil, afterWindow }), NOW)?.words,
  );

  expect(words).toEqual([
    "Fenêtre fermée\u00a0: la réponse partira comme modèle",
    "Fenêtre fermée\u00a0: la réponse partira comme réponse d’agent, jusqu’au 7ᵉ jour",
    "Fenêtre fermée\u00a0: la réponse ne passera pas, le fournisseur la refusera",
    "Fenêtre fermée\u00a0: la réponse ne passera pas, le fournisseur la refusera",
  ]);
});

test("says nothing of a window where there is none", () => {
  expect(windowOf(limits({}), NOW)).toBeNull();
});

test("says that a long text goes out in several messages, where it would", () => {
  const said = [limitWords("Instagram", limits({ textChars: 1000 }), 4000), limitWords("WhatsApp", limits({}), 4000)];

  expect(said.map((one) => one.replace(/\s/g, " "))).toEqual([
    "Instagram, 1 000 caractères par message, un texte plus long part en plusieurs",
    "WhatsApp, 4 000 caractères au plus",
  ]);
});

test("says the size of a file in the unit that fits", () => {
  expect([0, 240_000, 999_400, 1_240_000].map(sizeWords)).toEqual(["1\u00a0ko", "240\u00a0ko", "999\u00a0ko", "1,2\u00a0Mo"]);
});
