import { expect, test } from "vitest";

import { blocks, countChars, fold, spans, stretches, unbroken } from "./words";

test("paragraphs are divided by blank lines, and a list may follow its sentence directly", () => {
  expect(blocks("Venez avec :\r\n- la carte\n- une photo\n\nC’est gratuit.\nSans rendez-vous.")).toEqual([
    { kind: "paragraph", lines: ["Venez avec :"] },
    { kind: "list", lines: ["la carte", "une photo"] },
    { kind: "paragraph", lines: ["C’est gratuit.", "Sans rendez-vous."] },
  ]);
});

test("markup is text", () => {
  expect(blocks("<b>x</b>")).toEqual([{ kind: "paragraph", lines: ["<b>x</b>"] }]);
});

test("no text has no blocks", () => {
  expect(blocks(" \n\n ")).toEqual([]);
});

const paragraph = (words: number) => ({ kind: "paragraph" as const, lines: [Array(words).fill("mot").join(" ")] });

test("a text of a screen is shown whole", () => {
  expect(fold([paragraph(60), paragraph(60)], false).folded).toEqual([]);
});

test("a longer text is folded between two blocks, and always shows the first", () => {
  expect(fold([paragraph(90), paragraph(90), paragraph(20)], false)).toEqual({
    head: [paragraph(90)],
    folded: [paragraph(90), paragraph(20)],
    tail: [],
  });
  expect(fold([paragraph(190), paragraph(30)], false).head).toEqual([paragraph(190)]);
});

test("a few words more are not worth a button", () => {
  expect(fold([paragraph(125), paragraph(10)], false).folded).toEqual([]);
});

test("a line that announces a list is never shown without it", () => {
  const announcing = { kind: "paragraph" as const, lines: ["Apportez :"] };
  const list = { kind: "list" as const, lines: Array(40).fill("un justificatif de domicile") };

  expect(fold([announcing, list, paragraph(60)], false)).toEqual({
    head: [announcing, list],
    folded: [paragraph(60)],
    tail: [],
  });
});

test("the question that the choices answer stays in sight", () => {
  const question = { kind: "paragraph" as const, lines: ["Cela vous aide-t-il ?"] };
  const after = paragraph(4);

  expect(fold([paragraph(90), paragraph(90), question, after], true)).toEqual({
    head: [paragraph(90)],
    folded: [paragraph(90)],
    tail: [question, after],
  });
});

const links = (line: string): string[] => spans(line).flatMap(({ href }) => href ?? []);

test("French numbers and helplines can be called, wherever they stand", () => {
  expect(links("Appelez le 02 61 91 40 00 ou le 0261914001.")).toEqual(["tel:0261914000", "tel:0261914001"]);
  expect(links("Au 3114, des soignants vous écoutent")).toEqual(["tel:3114"]);
});

test("emergency numbers can be called where a line begins with them, and 114 takes messages", () => {
  expect(links("112 : urgences")).toEqual(["tel:112"]);
  expect(links("114 : par SMS")).toEqual(["sms:114"]);
});

test("prices, dates and longer numbers are not numbers to call", () => {
  for (const line of ["25 € en 2026", "le 18 mars", "17 rue du Lavoir", "SIRET 120 027 016 00563", "31140 habitants", "3114,50 €"]) {
    expect(links(line)).toEqual([]);
  }
});

test("a line put together again is the line", () => {
  const line = "Le 02 61 91 40 00, ou 3114.";

  expect(spans(line).map(({ text }) => text).join("")).toBe(line);
});

test("a mark is never parted from its word, nor a figure from its unit", () => {
  expect(unbroken("Ouvert ; fermé : quand ? Vite !")).toBe("Ouvert\u00a0; fermé\u00a0: quand\u00a0? Vite\u00a0!");
  expect(unbroken("de 9 h à 12 h 30, 25 €")).toBe("de 9\u00a0h à 12\u00a0h\u00a030, 25\u00a0€");
});

test("other spaces, line breaks and addresses stay as they are", () => {
  for (const text of ["2 habitants", "de h à €", "a\n: b", "déjà\u202f?", "https://a.fr/?b", "What? Yes: no; done!"]) {
    expect(unbroken(text)).toBe(text);
  }
});

test("what is bound for display can still be called", () => {
  expect(links(unbroken("112 : urgences, 02 61 91 40 00 ; 3114 !"))).toEqual(["tel:112", "tel:0261914000", "tel:3114"]);
});

test("a character outside the basic plane counts once, as on the server", () => {
  expect(countChars("a😀é")).toBe(3);
});

test("groups of figures keep their order among letters that run from right to left", () => {
  expect(stretches("رقمي 06 12 34 56 78 والضجيج")).toEqual([
    { text: "رقمي ", isFigures: false },
    { text: "06 12 34 56 78", isFigures: true },
    { text: " والضجيج", isFigures: false },
  ]);
  expect(stretches("+33 6 12 34 56 78 رقمي")[0]).toEqual({ text: "+33 6 12 34 56 78", isFigures: true });
  expect(stretches("في 112")).toEqual([{ text: "في 112", isFigures: false }]);
  expect(stretches("mon numéro 06 12 34 56 78")).toEqual([{ text: "mon numéro 06 12 34 56 78", isFigures: false }]);
});
