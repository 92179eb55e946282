/** Numbers, days and lengths of time as French writes them; the days are the town's and know no zone. */

const NO_BREAK = "\u00a0";
const whole = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 0 });
const short = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "short", timeZone: "UTC" });
const long = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", timeZone: "UTC" });
const full = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const named = new Intl.DateTimeFormat("fr-FR", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const month = new Intl.DateTimeFormat("fr-FR", { month: "short", year: "numeric", timeZone: "UTC" });

const DAY_MS = 86_400_000;
const TINY = 0.005;

export const numberWords = (value: number): string => whole.format(value);

export const shareWords = (share: number): string => `${whole.format(share * 100)}${NO_BREAK}%`;

/** « +18 % », « −3 % », « stable » for what rounds to nothing. */
export function changeWords(ratio: number): string {
  if (Math.abs(ratio) < TINY) return "stable";
  return `${sign(ratio)}${whole.format(Math.abs(ratio) * 100)}${NO_BREAK}%`;
}

/** A difference of two shares, in points. */
export function pointsWords(difference: number): string {
  if (Math.abs(difference) < TINY) return "stable";
  const points = Math.round(Math.abs(difference) * 100);
  return `${sign(difference)}${points}${NO_BREAK}point${points > 1 ? "s" : ""}`;
}

const sign = (value: number): string => (value < 0 ? "−" : "+");

/** A length of time in the two largest units that matter: « 21 min », « 2 h 36 », « 4 j 18 h ». */
export function lengthWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return `moins d’une minute`;
  if (minutes < 60) return `${minutes}${NO_BREAK}min`;
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)}${NO_BREAK}h${rest ? NO_BREAK + String(rest).padStart(2, "0") : ""}`;
  }
  const hours = Math.round(minutes / 60);
  return hours % 24 ? `${whole.format(Math.floor(hours / 24))}${NO_BREAK}j ${hours % 24}${NO_BREAK}h` : `${whole.format(hours / 24)}${NO_BREAK}j`;
}

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const shortDay = (day: string): string => short.format(at(day)).replace(" ", NO_BREAK);
export const namedDay = (day: string): string => named.format(at(day));
export const monthWords = (day: string): string => month.format(at(day));

/** « du 1 au 30 novembre 2026 », with what both have in common said once. */
export function spanWords(first: string, last: string): string {
  if (first === last) return `le ${ordinal(full.format(at(first)))}`;
  const begin = first.slice(0, 7) === last.slice(0, 7) ? String(Number(first.slice(8))) : first.slice(0, 4) === last.slice(0, 4) ? long.format(at(first)) : full.format(at(first));
  return `du ${ordinal(begin)} au ${ordinal(full.format(at(last)))}`;
}

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const ordinal = (words: string): string => words.replace(/^1(?=\s|$)/, "1er");

/** How many days a span has, both ends included. */
export const daysBetween = (first: string, last: string): number => Math.round((at(last) - at(first)) / DAY_MS) + 1;

/** So many days later. */
export const dayAfter = (day: string, days: number): string => new Date(at(day) + days * DAY_MS).toISOString().slice(0, 10);
