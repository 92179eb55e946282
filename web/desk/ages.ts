/** How old a case is and how late, in words. */

import type { Row } from "./protocol";

export type Lateness = "none" | "soon" | "late";

export interface Age {
  /** Since when it is there (or closed), such as « il y a 12 min ». */
  readonly words: string;
  readonly lateness: Lateness;
  /** How late, or how long until it is; "" while there is no hurry. */
  readonly hurry: string;
}

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
/** So long before it is late a case says so, or for the last fifth of its time if that is shorter. */
const SOON_MS = 60 * MINUTE_MS;
const SOON_SHARE = 0.2;

/** A length of time in the largest fitting unit: « 12 min », « 1 h 05 », « 3 jours ». */
export function length(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / MINUTE_MS);
  if (minutes < 1) return "moins d’une minute";
  if (minutes < HOUR_MINUTES) return `${minutes}\u00a0min`;
  if (minutes < DAY_MINUTES) {
    const rest = minutes % HOUR_MINUTES;
    return `${Math.floor(minutes / HOUR_MINUTES)}\u00a0h${rest ? `\u00a0${String(rest).padStart(2, "0")}` : ""}`;
  }
  const days = Math.floor(minutes / DAY_MINUTES);
  return `${days}\u00a0jour${days > 1 ? "s" : ""}`;
}

/** The age of a case at a moment (ms since 1970, by the gateway's clock). */
export function ageOf(row: Pick<Row, "state" | "late" | "openedAt" | "dueAt" | "closedAt">, now: number): Age {
  const since = Date.parse((row.state === "closed" && row.closedAt) || row.openedAt);
  const words = Number.isNaN(since) ? "" : `il y a ${length(now - since)}`;
  if (row.state === "closed") return { words, lateness: "none", hurry: "" };
  const due = Date.parse(row.dueAt ?? "");
  if (Number.isNaN(due)) return { words, lateness: row.late ? "late" : "none", hurry: row.late ? "En retard" : "" };
  const left = due - now;
  if (left < 0) return { words, lateness: "late", hurry: `En retard de ${length(-left)}` };
  const whole = Number.isNaN(since) ? Infinity : due - since;
  const isSoon = left < Math.min(SOON_MS, whole * SOON_SHARE);
  return isSoon
    ? { words, lateness: "soon", hurry: `À traiter d’ici ${length(left)}` }
    : { words, lateness: "none", hurry: "" };
}

/** A moment as people say it: the hour alone today, with the day before that. */
export function momentWords(iso: string, now: number): string {
  const moment = new Date(iso);
  if (!iso || Number.isNaN(moment.getTime())) return "";
  const isToday = moment.toDateString() === new Date(now).toDateString();
  const style: Intl.DateTimeFormatOptions = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat("fr", style).format(moment);
}

/** A day in words; a date without a time is that day everywhere. */
export function dayWords(iso: string): string {
  const moment = new Date(iso);
  if (!iso || Number.isNaN(moment.getTime())) return "";
  return new Intl.DateTimeFormat("fr", { dateStyle: "long", timeZone: "UTC" }).format(moment);
}

/** A language's name in French; "" for French itself and where there is none. */
export function languageName(tag: string): string {
  if (!tag || /^fr\b/i.test(tag)) return "";
  try {
    return new Intl.DisplayNames("fr", { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
