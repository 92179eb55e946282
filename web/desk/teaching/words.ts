/** Lessons and samples in the desk's protocol (docs/desk-protocol.md), and their readers. */

import { fields, list, readSource, text, type Source } from "../protocol";
import type { Named } from "../letters/words";

export const DECISIONS = ["right", "intent", "article", "ignore"] as const;
export type Decision = (typeof DECISIONS)[number];
export const RATINGS = ["right", "partly", "wrong", "unsourced"] as const;
export type Rating = (typeof RATINGS)[number];

/** A message that waits to be judged. */
export interface Lesson {
  readonly id: number;
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  readonly whyName: string;
  readonly times: number;
  readonly intentName: string;
  /** In [0, 1]. */
  readonly confidence: number;
  readonly articleTitle: string;
  /** The article that its citizen then chose; "" for none. */
  readonly meant: string;
  readonly meantTitle: string;
  readonly valueName: string;
  /** When its decision went into training data; "" where it did not, or was taken back. */
  readonly exportedAt: string;
  /** What it stands as there: an act, an article. */
  readonly written: readonly string[];
}

export interface Lessons {
  readonly lessons: readonly Lesson[];
  /** Those whose decision stands in training data, the newest export first. */
  readonly exported: readonly Lesson[];
  readonly waiting: number;
  readonly intents: readonly Named[];
}

/** A drawn answer. */
export interface Sample {
  readonly id: number;
  readonly serviceName: string;
  readonly articleTitle: string;
  readonly question: string;
  readonly answer: string;
  readonly language: string;
  readonly sources: readonly Source[];
  readonly isGone: boolean;
  readonly rating: Rating | "";
}

/** What is known of a week's answers; shares in [0, 1], null where nothing was rated. */
export interface Quality {
  readonly week: string;
  readonly answers: number;
  readonly drawn: number;
  readonly rated: number;
  readonly right: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Samples {
  readonly week: string;
  readonly weeks: readonly Quality[];
  readonly samples: readonly Sample[];
  readonly quality: Quality | null;
}

const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const share = (value: unknown): number | null => (typeof value === "number" && value >= 0 && value <= 1 ? value : null);

export function readLesson(value: unknown): Lesson | null {
  const raw = fields(value);
  if (typeof raw["id"] !== "number" || !text(raw["text"])) return null;
  return {
    id: raw["id"],
    text: text(raw["text"]),
    language: text(raw["language"]),
    whyName: text(raw["why_name"]),
    times: count(raw["times"]),
    intentName: text(raw["intent_name"]),
    confidence: share(raw["confidence"]) ?? 0,
    articleTitle: text(raw["article_title"]),
    meant: text(raw["meant"]),
    meantTitle: text(raw["meant_title"]),
    valueName: text(raw["value_name"]),
    exportedAt: text(raw["exported_at"]),
    written: list(raw["written"], (one) => text(one) || null),
  };
}

export const readWaiting = (value: unknown): number => count(fields(value)["waiting"]);

export function readLessons(value: unknown): Lessons {
  const raw = fields(value);
  return {
    lessons: list(raw["lessons"], readLesson),
    exported: list(raw["exported"], readLesson),
    waiting: readWaiting(raw["counts"]),
    intents: list(raw["intents"], (one) => ({ code: text(fields(one)["code"]), name: text(fields(one)["name"]) })),
  };
}

export function readSample(value: unknown): Sample | null {
  const raw = fields(value);
  if (typeof raw["id"] !== "number") return null;
  return {
    id: raw["id"],
    serviceName: text(raw["service_name"]),
    articleTitle: text(raw["article_title"]),
    question: text(raw["question"]),
    answer: text(raw["answer"]),
    language: text(raw["language"]),
    sources: list(raw["sources"], (one) => readSource(one, location.origin)),
    isGone: raw["gone"] === true,
    rating: RATINGS.find((one) => one === raw["rating"]) ?? "",
  };
}

export function readQuality(value: unknown): Quality | null {
  const raw = fields(value);
  if (!text(raw["week"])) return null;
  return {
    week: text(raw["week"]),
    answers: count(raw["answers"]),
    drawn: count(raw["drawn"]),
    rated: count(raw["rated"]),
    right: share(raw["right"]),
    low: share(raw["low"]),
    high: share(raw["high"]),
  };
}

export function readSamples(value: unknown): Samples {
  const raw = fields(value);
  return {
    week: text(raw["week"]),
    weeks: list(raw["weeks"], readQuality),
    samples: list(raw["samples"], readSample),
    quality: readQuality(raw["quality"]),
  };
}
