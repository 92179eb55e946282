/**
 * The words of the desk's protocol (docs/desk-protocol.md), and readers that turn what came over the wire into them.
 * Nothing that comes from the network is used before a reader has looked at it.
 */

import { safeUrl } from "../widget/protocol";

export const VIEWS = ["mine", "services", "waiting", "callbacks", "all", "closed"] as const;
/** The tabs of the queue, in the order in which they are shown. */
export type View = (typeof VIEWS)[number];
export type Counts = Readonly<Partial<Record<View, number>>>;

export type State = "waiting" | "taken" | "closed";
export type Author = "citizen" | "bot" | "agent" | "system";

export interface Person {
  readonly id: number;
  readonly name: string;
}

export interface Row {
  readonly id: number;
  readonly number: string;
  readonly kind: string;
  readonly kindName: string;
  readonly state: State;
  readonly service: string;
  readonly serviceName: string;
  readonly causeName: string;
  readonly subject: string;
  readonly channel: string;
  readonly channelName: string;
  /** BCP 47, "" if unknown. */
  readonly language: string;
  readonly callback: boolean;
  readonly urgent: boolean;
  readonly live: boolean;
  readonly late: boolean;
  readonly openedAt: string;
  readonly dueAt: string | null;
  readonly closedAt: string | null;
  readonly agent: Person | null;
  readonly rating: number | null;
  readonly version: number;
}

export interface Detail {
  readonly name: string;
  readonly value: string;
}

export interface Case extends Row {
  readonly details: readonly Detail[];
  readonly hasContact: boolean;
  readonly location: { readonly latitude: number; readonly longitude: number } | null;
  readonly appointmentWords: string;
  readonly photos: readonly string[];
  readonly summary: string;
}

export interface Source {
  readonly title: string;
  /** As the gateway gave it and wants it back. */
  readonly url: string;
  /** What a link may lead to; null where `url` is no page. */
  readonly href: string | null;
  readonly publisher: string;
  /** ISO date, "" if unknown. */
  readonly updated: string;
}

export interface Line {
  readonly position: number;
  readonly id: string;
  readonly author: Author;
  readonly name: string;
  readonly text: string;
  readonly language: string;
  readonly at: string;
  readonly sources: readonly Source[];
  readonly photos: readonly string[];
}

/** A line of a case's history. */
export interface Happening {
  readonly position: number;
  readonly what: string;
  readonly whatName: string;
  readonly at: string;
  readonly agent: string;
  readonly text: string;
}

export interface Pending {
  readonly id: string;
  readonly text: string;
  readonly sources: readonly Source[];
  readonly leavesAt: string;
  readonly agent: Person;
}

export interface Suggestion {
  readonly article: string;
  readonly title: string;
  readonly text: string;
  readonly serviceName: string;
  readonly source: Source;
}

export interface Canned {
  readonly key: string;
  readonly title: string;
  readonly text: string;
}

export interface Service {
  readonly code: string;
  readonly name: string;
}

export interface Agent extends Person {
  readonly login: string;
  readonly role: string;
  /** Codes; empty for all. */
  readonly services: readonly string[];
  readonly available: boolean;
}

export interface Me {
  readonly agent: Agent;
  readonly csrf: string;
  readonly town: string;
  readonly services: readonly Service[];
  readonly canned: readonly Canned[];
  readonly views: readonly View[];
  readonly undoSeconds: number;
  readonly maxTextChars: number;
}

export interface Colleague extends Person {
  readonly available: boolean;
  readonly present: boolean;
}

/** A case as it is opened: itself, what was said, what happened, what has not left yet, who else reads it. */
export interface Whole {
  readonly case: Case;
  readonly lines: readonly Line[];
  readonly history: readonly Happening[];
  readonly pending: readonly Pending[];
  readonly watchers: readonly string[];
}

type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function list<T>(value: unknown, read: (item: unknown) => T | null): readonly T[] {
  return Array.isArray(value) ? value.map(read).flatMap((item) => (item === null ? [] : [item])) : [];
}

function word(value: unknown): string | null {
  return text(value) || null;
}

function person(value: unknown): Person | null {
  const raw = fields(value);
  const id = number(raw["id"]);
  return id === null ? null : { id, name: text(raw["name"]) };
}

/** What the queue shows of a case, null if it has no id. */
export function readRow(value: unknown): Row | null {
  const raw = fields(value);
  const id = number(raw["id"]);
  if (id === null) return null;
  const state = raw["state"];
  return {
    id,
    number: text(raw["number"]),
    kind: text(raw["kind"]),
    kindName: text(raw["kind_name"]),
    state: state === "taken" || state === "closed" ? state : "waiting",
    service: text(raw["service"]),
    serviceName: text(raw["service_name"]),
    causeName: text(raw["cause_name"]),
    subject: text(raw["subject"]),
    channel: text(raw["channel"]),
    channelName: text(raw["channel_name"]),
    language: text(raw["language"]),
    callback: raw["callback"] === true,
    urgent: raw["urgent"] === true,
    live: raw["live"] === true,
    late: raw["late"] === true,
    openedAt: text(raw["opened_at"]),
    dueAt: word(raw["due_at"]),
    closedAt: word(raw["closed_at"]),
    agent: person(raw["agent"]),
    rating: number(raw["rating"]),
    version: number(raw["version"]) ?? 0,
  };
}

export function readCase(value: unknown): Case | null {
  const raw = fields(value);
  const row = readRow(raw);
  if (!row) return null;
  const place = fields(raw["location"]);
  const [latitude, longitude] = [number(place["latitude"]), number(place["longitude"])];
  return {
    ...row,
    details: list(raw["details"], (one) => {
      const { name, value: said } = fields(one);
      return text(name) ? { name: text(name), value: text(said) } : null;
    }),
    hasContact: raw["has_contact"] === true,
    location: latitude === null || longitude === null ? null : { latitude, longitude },
    appointmentWords: text(raw["appointment_words"]),
    photos: list(raw["photos"], word),
    summary: text(raw["summary"]),
  };
}

export function readSource(value: unknown, server: string): Source | null {
  const raw = fields(value);
  const url = text(raw["url"]);
  const title = text(raw["title"]) || url;
  if (!title) return null;
  return { title, url, href: safeUrl(url, server), publisher: text(raw["publisher"]), updated: text(raw["updated"]) };
}

function sources(value: unknown, server: string): readonly Source[] {
  return list(value, (one) => readSource(one, server));
}

export function readLine(value: unknown, server: string): Line | null {
  const raw = fields(value);
  const position = number(raw["position"]);
  if (position === null || typeof raw["text"] !== "string") return null;
  const author = raw["author"];
  return {
    position,
    id: text(raw["id"]) || `position-${position}`,
    // Words of an unknown author are shown as the citizen's: those are trusted least.
    author: author === "bot" || author === "agent" || author === "system" ? author : "citizen",
    name: text(raw["name"]),
    text: raw["text"],
    language: text(raw["language"]),
    at: text(raw["at"]),
    sources: sources(raw["sources"], server),
    photos: list(raw["photos"], word),
  };
}

export function readHappening(value: unknown): Happening | null {
  const raw = fields(value);
  const position = number(raw["position"]);
  if (position === null) return null;
  return {
    position,
    what: text(raw["what"]),
    whatName: text(raw["what_name"]) || text(raw["what"]),
    at: text(raw["at"]),
    agent: text(raw["agent"]),
    text: text(raw["text"]),
  };
}

export function readPending(value: unknown, server: string): Pending | null {
  const raw = fields(value);
  const id = text(raw["id"]);
  if (!id || typeof raw["text"] !== "string") return null;
  return {
    id,
    text: raw["text"],
    sources: sources(raw["sources"], server),
    leavesAt: text(raw["leaves_at"]),
    agent: person(raw["agent"]) ?? { id: 0, name: "" },
  };
}

export function readSuggestion(value: unknown, server: string): Suggestion | null {
  const raw = fields(value);
  const source = readSource(raw, server);
  const passage = text(raw["text"]);
  if (!source || !passage) return null;
  return { article: text(raw["article"]), title: source.title, text: passage, serviceName: text(raw["service_name"]), source };
}

export function readCounts(value: unknown): Counts {
  const raw = fields(value);
  const known = VIEWS.map((view) => [view, number(raw[view])] as const).filter(([, count]) => count !== null);
  return Object.fromEntries(known) as Counts;
}

/** What `GET /desk/api/cases/ID` and the event `lines` have in common; null without a case. */
export function readWhole(value: unknown, server: string): Whole | null {
  const raw = fields(value);
  const found = readCase(raw["case_state"] ?? raw["case"]);
  if (!found) return null;
  return {
    case: found,
    lines: list(raw["lines"], (one) => readLine(one, server)),
    history: list(raw["history"], readHappening),
    pending: list(raw["pending"], (one) => readPending(one, server)),
    watchers: list(raw["watchers"], word),
  };
}

/** Who is signed in, null if nobody is named. */
export function readMe(value: unknown): Me | null {
  const raw = fields(value);
  const account = fields(raw["agent"]);
  const who = person(account);
  if (!who) return null;
  const views = list(raw["views"], (one) => VIEWS.find((view) => view === one) ?? null);
  return {
    agent: {
      ...who,
      login: text(account["login"]),
      role: text(account["role"]),
      services: list(account["services"], word),
      available: account["available"] === true,
    },
    csrf: text(raw["csrf"]),
    town: text(raw["town"]),
    services: list(raw["services"], (one) => {
      const { code, name } = fields(one);
      return text(code) ? { code: text(code), name: text(name) || text(code) } : null;
    }),
    canned: list(raw["canned"], (one) => {
      const canned = fields(one);
      const said = { key: text(canned["key"]), title: text(canned["title"]), text: text(canned["text"]) };
      return said.key && said.text ? said : null;
    }),
    views: views.length ? VIEWS.filter((view) => views.includes(view)) : VIEWS,
    undoSeconds: Math.max(0, number(raw["undo_seconds"]) ?? 5),
    maxTextChars: number(raw["max_text_chars"]) || 4000,
  };
}

export function readColleague(value: unknown): Colleague | null {
  const raw = fields(value);
  const who = person(raw);
  return who && { ...who, available: raw["available"] === true, present: raw["present"] === true };
}
