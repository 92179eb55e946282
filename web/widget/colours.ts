/**
 * Contrast, by WCAG 2.1 (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio): whatever colour a town chooses, text on it
 * and text in it stay readable.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

export const MIN_TEXT_CONTRAST = 4.5;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** `#rgb`, `#rrggbb` or `rgb(r, g, b)` as a computed style writes it; null for anything else. */
export function parseColour(text: string): Rgb | null {
  const hex = /^\s*#([\da-f]{3}|[\da-f]{6})\s*$/i.exec(text)?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const parts = /^\s*rgb\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)\s*\)\s*$/i.exec(text)?.slice(1).map(Number);
  return parts && parts.every((part) => part <= 255) ? (parts as unknown as Rgb) : null;
}

export function hex(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** White if it can be read on the ground, else black, which then can: the two never both fail. */
export function foregroundOn(ground: Rgb): Rgb {
  return contrast(WHITE, ground) >= MIN_TEXT_CONTRAST ? WHITE : BLACK;
}

/** The colour itself if text in it can be read on all the grounds, else moved towards black or white until it can. */
export function readableOn(grounds: readonly Rgb[], colour: Rgb): Rgb {
  const target = luminance(grounds[0] ?? WHITE) > 0.18 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    // Rounded as it will be written, so that what was measured is what is shown.
    const mixed = parseColour(hex(colour.map((part, at) => part + ((target[at] ?? 0) - part) * share) as unknown as Rgb));
    if (mixed && grounds.every((ground) => contrast(mixed, ground) >= MIN_TEXT_CONTRAST)) return mixed;
  }
  return target;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
