/** How large a file is, in words. */

const UNIT = 1000;

/** A size in the unit that fits: « 240 ko », « 1,2 Mo ». */
export function sizeWords(bytes: number): string {
  const kilobytes = bytes / UNIT;
  if (kilobytes < UNIT) return `${Math.max(1, Math.round(kilobytes))}\u00a0ko`;
  return `${new Intl.NumberFormat("fr", { maximumFractionDigits: 1 }).format(kilobytes / UNIT)}\u00a0Mo`;
}
