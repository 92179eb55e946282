/** Groups of unanswered questions in the desk's protocol (docs/desk-protocol.md), and their readers. */

import { fields, list, text } from "../protocol";

export const COURSES = ["new", "growing", "fading", "steady"] as const;
export type Course = (typeof COURSES)[number];
export type Decision = "article" | "taught" | "not_ours";

export interface Example {
  readonly text: string;
  readonly at: string;
  readonly whyName: string;
}

export interface Near {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly percent: number;
  readonly serviceName: string;
}

export interface Week {
  readonly first: string;
  readonly count: number;
}

/** What was decided, and what came of it. */
export interface Decided {
  readonly what: Decision;
  readonly name: string;
  readonly forTitle: string;
  /** The id of the article that is being written; "" otherwise. */
  readonly draft: string;
  readonly at: string;
  readonly by: string;
  readonly outcome: { readonly key: string; readonly text: string };
}

export interface Topic {
  readonly id: number;
  readonly name: string;
  readonly serviceName: string;
  readonly course: Course;
  readonly courseName: string;
  readonly count: number;
  readonly recent: number;
  readonly usual: number;
  readonly weeks: readonly Week[];
  readonly nearest: readonly Near[];
  readonly isOpen: boolean;
  readonly isBack: boolean;
  readonly decided: Decided | null;
  readonly examples: readonly Example[];
}

export interface Intent {
  readonly code: string;
  readonly name: string;
}

export interface Listing {
  readonly topics: readonly Topic[];
  /** Groups that are not listed. */
  readonly more: number;
  readonly days: number;
  readonly intents: readonly Intent[];
}

const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0);

/** An address that a link may have: of the town's own site, and nothing that a browser would run. */
const path = (value: unknown): string => (/^\/(?![/\\])\S*$/.test(text(value)) ? text(value) : "");

export function readExample(value: unknown): Example | null {
  const raw = fields(value);
  const words = text(raw["text"]);
  return words ? { text: words, at: text(raw["at"]), whyName: text(raw["why_name"]) } : null;
}

function readNear(value: unknown): Near | null {
  const raw = fields(value);
  const [id, title] = [text(raw["id"]), text(raw["title"])];
  if (!id || !title) return null;
  return { id, title, url: path(raw["url"]), percent: count(raw["percent"]), serviceName: text(raw["service_name"]) };
}

function readWeek(value: unknown): Week | null {
  const raw = fields(value);
  return text(raw["first"]) ? { first: text(raw["first"]), count: count(raw["count"]) } : null;
}

function readDecided(value: unknown): Decided | null {
  const raw = fields(value);
  const what = (["article", "taught", "not_ours"] as const).find((one) => one === raw["what"]);
  if (!what) return null;
  const outcome = fields(raw["outcome"]);
  return {
    what,
    name: text(raw["name"]),
    forTitle: text(raw["for_title"]),
    draft: text(raw["draft"]),
    at: text(raw["at"]),
    by: text(raw["by"]),
    outcome: { key: text(outcome["key"]), text: text(outcome["text"]) },
  };
}

export function readTopic(value: unknown): Topic | null {
  const raw = fields(value);
  const id = raw["id"];
  const name = text(raw["name"]);
  if (typeof id !== "number" || !name) return null;
  return {
    id,
    name,
    serviceName: text(raw["service_name"]),
    course: COURSES.find((one) => one === raw["course"]) ?? "steady",
    courseName: text(raw["course_name"]),
    count: count(raw["count"]),
    recent: count(raw["recent"]),
    usual: count(raw["usual"]),
    weeks: list(raw["weeks"], readWeek),
    nearest: list(raw["nearest"], readNear),
    isOpen: raw["is_open"] === true,
    isBack: raw["is_back"] === true,
    decided: readDecided(raw["decision"]),
    examples: list(raw["examples"], readExample),
  };
}

export function readListing(value: unknown): Listing {
  const raw = fields(value);
  return {
    topics: list(raw["topics"], readTopic),
    more: count(raw["more"]),
    days: count(raw["days"]),
    intents: list(raw["intents"], (one) => {
      const { code, name } = fields(one);
      return text(code) && text(name) ? { code: text(code), name: text(name) } : null;
    }),
  };
}
