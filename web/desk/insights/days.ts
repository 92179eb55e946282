/** The days of a span as they are drawn: one by one, by weeks or by months, and where each point lies. */

import { scaleLinear, scalePoint } from "d3-scale";
import { area, line } from "d3-shape";

import { monthWords, namedDay, shortDay, spanWords } from "./formatting";
import type { Day } from "./words";

export type Step = "day" | "week" | "month";

export interface Bucket {
  readonly first: string;
  readonly last: string;
  readonly name: string;
  readonly contacts: number;
  readonly contained: number;
  readonly cases: number;
  readonly mails: number;
  /** Whether all of its days lie in the span. */
  readonly isWhole: boolean;
}

const MOST_DAYS = 92;
const MOST_WEEKS_DAYS = 400;

export const stepOf = (days: number): Step => (days <= MOST_DAYS ? "day" : days <= MOST_WEEKS_DAYS ? "week" : "month");

/** Days added up by the step that suits their number; weeks end with the last day, so that the newest one is whole. */
export function bucketed(days: readonly Day[]): readonly Bucket[] {
  const step = stepOf(days.length);
  const groups = new Map<string, Day[]>();
  days.forEach((one, index) => {
    const key = step === "day" ? one.day : step === "month" ? one.day.slice(0, 7) : String(Math.floor((days.length - 1 - index) / 7));
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  });
  return [...groups.values()].map((group) => {
    const [first, last] = [group[0]!.day, group.at(-1)!.day];
    const sum = (name: "contacts" | "contained" | "cases" | "mails"): number => group.reduce((total, one) => total + one[name], 0);
    return {
      first,
      last,
      name: step === "day" ? namedDay(first) : step === "month" ? monthWords(first) : spanWords(first, last),
      ...{ contacts: sum("contacts"), contained: sum("contained"), cases: sum("cases"), mails: sum("mails") },
      isWhole: step === "day" || group.length === (step === "week" ? 7 : daysInMonth(first)),
    };
  });
}

function daysInMonth(day: string): number {
  const [year, month] = day.split("-").map(Number);
  return new Date(Date.UTC(year!, month!, 0)).getUTCDate();
}

export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly bottom: number;
  readonly ground: string;
  readonly contacts: string;
  readonly contained: string;
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  readonly marks: readonly { readonly words: string; readonly x: number; readonly anchor: "start" | "middle" | "end" }[];
  readonly peak: { readonly x: number; readonly y: number; readonly bucket: Bucket } | null;
  readonly ends: readonly { readonly of: "contacts" | "contained"; readonly x: number; readonly y: number; readonly dot: number }[];
}

const HEIGHT = 230;
const [TOP, FOOT, LEFT] = [30, 26, 40];
const [ROOM_FOR_NAMES, ROOM_NARROW, LABEL_HEIGHT, MARK_WIDTH] = [130, 104, 18, 84];

/** Where everything lies in a drawing of this width, in px. Parts of a week or month at the ends are not drawn: they look like a drop. */
export function drawn(buckets: readonly Bucket[], width: number): Drawn {
  const full = buckets.filter(({ isWhole }) => isWhole);
  const shown = full.length > 1 ? full : buckets;
  const right = width - (width < 560 ? ROOM_NARROW : ROOM_FOR_NAMES);
  const bottom = HEIGHT - FOOT;
  const most = Math.max(1, ...shown.map(({ contacts }) => contacts));
  const y = scaleLinear().domain([0, most]).nice(4).range([bottom, TOP]);
  const x = scalePoint<number>().domain(shown.map((_, index) => index)).range([LEFT, right]);
  const place = (index: number): number => (shown.length === 1 ? right : x(index)!);
  const path = (of: "contacts" | "contained"): string =>
    line<Bucket>().x((_, index) => place(index)).y((one) => y(one[of]))([...shown]) ?? "";
  const peakIndex = shown.reduce((best, one, index) => (one.contacts > shown[best]!.contacts ? index : best), 0);
  const peak = shown[peakIndex];
  const last = shown.at(-1);
  const marksCount = Math.max(1, Math.min(shown.length, Math.floor((right - LEFT) / MARK_WIDTH)));
  const stride = Math.ceil(shown.length / marksCount);
  const indices = shown.map((_, index) => index).filter((index) => (shown.length - 1 - index) % stride === 0);
  return {
    width,
    height: HEIGHT,
    bottom,
    ground: area<Bucket>().x((_, index) => place(index)).y0(bottom).y1((one) => y(one.contacts))([...shown]) ?? "",
    contacts: path("contacts"),
    contained: path("contained"),
    ticks: y.ticks(4).filter(Number.isInteger).map((value) => ({ value, y: y(value) })),
    marks: shown.length
      ? indices.map((index) => ({
          words: shortDay(shown[index]!.first),
          x: place(index),
          anchor: index === shown.length - 1 && shown.length > 1 ? "end" : index === 0 && shown.length > 1 ? "start" : "middle",
        }))
      : [],
    peak: peak?.contacts ? { x: place(peakIndex), y: y(peak.contacts), bucket: peak } : null,
    ends: last ? apart([{ of: "contacts", x: right, dot: y(last.contacts) }, { of: "contained", x: right, dot: y(last.contained) }]) : [],
  };
}

/** Two labels at the lines' ends, far enough from each other to be read. */
function apart(ends: readonly Omit<Drawn["ends"][number], "y">[]): Drawn["ends"] {
  const [upper, lower] = ends as [Omit<Drawn["ends"][number], "y">, Omit<Drawn["ends"][number], "y">];
  const missing = Math.max(0, LABEL_HEIGHT - (lower.dot - upper.dot));
  const low = Math.min(lower.dot + missing / 2, HEIGHT - FOOT - LABEL_HEIGHT / 2);
  return [{ ...upper, y: Math.max(LABEL_HEIGHT / 2, low - Math.max(LABEL_HEIGHT, lower.dot - upper.dot)) }, { ...lower, y: low }];
}
