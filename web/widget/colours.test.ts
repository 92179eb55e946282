import { expect, test } from "vitest";

import { contrast, foregroundOn, hex, MIN_TEXT_CONTRAST, parseColour, readableOn, type Rgb } from "./colours";

const every = (step: number): Rgb[] => {
  const parts = Array.from({ length: Math.floor(255 / step) + 1 }, (_, at) => at * step);
  return parts.flatMap((red) => parts.flatMap((green) => parts.map((blue): Rgb => [red, green, blue])));
};

test("contrast is WCAG's: 21 for black on white, 1 for the same", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  expect(contrast([9, 9, 9], [9, 9, 9])).toBe(1);
  expect(contrast([0x76, 0x76, 0x76], [255, 255, 255])).toBeCloseTo(4.54, 2);
});

test("on every colour a town may choose, the words can be read", () => {
  for (const ground of every(17)) expect(contrast(foregroundOn(ground), ground)).toBeGreaterThanOrEqual(MIN_TEXT_CONTRAST);
});

test("in every colour a town may choose, words can be read in both themes", () => {
  const themes: Rgb[][] = [
    [[255, 255, 255], [0xee, 0xf2, 0xf0]],
    [[0x15, 0x19, 0x17], [0x23, 0x2a, 0x26]],
  ];
  for (const grounds of themes) {
    for (const colour of every(51)) {
      const readable = readableOn(grounds, colour);
      for (const ground of grounds) expect(contrast(readable, ground)).toBeGreaterThanOrEqual(MIN_TEXT_CONTRAST);
    }
  }
});

test("a colour that can be read is left alone", () => {
  expect(readableOn([[255, 255, 255]], [0x14, 0x53, 0x2d])).toEqual([0x14, 0x53, 0x2d]);
});

test("colours are read as style sheets and computed styles write them, and nothing else is", () => {
  expect(parseColour("#14532d")).toEqual([0x14, 0x53, 0x2d]);
  expect(parseColour("#fff")).toEqual([255, 255, 255]);
  expect(parseColour("rgb(1, 2, 3)")).toEqual([1, 2, 3]);
  for (const text of ["", "red", "#12", "rgb(1, 2, 300)", "rgba(0, 0, 0, 0.5)", "url(x)"]) expect(parseColour(text)).toBeNull();
  expect(hex([1, 2, 255])).toBe("#0102ff");
});
