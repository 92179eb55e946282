/**
 * Readers that turn what came over the wire into the words of the desk's protocol (docs/desk-protocol.md).
 * Nothing that comes from the network is used before a reader has looked at it.
 */

import { safeUrl } from "../widget/protocol";
import { readMail } from "./letters/words";
import {
  AFTERWARDS,
  DELIVERY_STATES,
  VIEWS,
  type ChannelLimits,
  type Counts,
  type Delivery,
  type Document,
  type GivenUp,
  type Offered,
  type Relay,
  type OtherCase,
  type Person,
  type Row,
  type Case,
  type Source,
  type Line,
  type Happening,
  type Pending,
  type Suggestion,
  type Me,
  type Colleague,
  type Whole,
} from "./words";

export * from "./words";

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

function readOffered(value: unknown): Offered | null {
  const who = person(value);
  return who && { ...who, until: text(fields(value)["until"]) };
}

function readRelay(value: unknown): Relay | null {
  const raw = fields(value);
  const name = text(raw["name"]);
  return name ? { isTold: raw["what"] === "untaken", name, text: text(raw["text"]), at: text(raw["at"]) } : null;
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
    offered: readOffered(raw["offered"]),
    rating: number(raw["rating"]),
    relay: readRelay(raw["relay"]),
    alike: Math.max(0, number(raw["alike"]) ?? 0),
    newReply: raw["new_reply"] === true,
    version: number(raw["version"]) ?? 0,
  };
}

export function readCase(value: unknown, server: string): Case | null {
  const raw = fields(value);
  const row = readRow(raw);
  if (!row) return null;
  const place = fields(raw["location"]);
  const [latitude, longitude] = [number(place["latitude"]), number(place["longitude"])];
  return {
    ...row,
    details: list(raw["details"], (one) => {
      const { name, value: said, url } = fields(one);
      return text(name) ? { name: text(name), value: text(said), href: webUrl(url) } : null;
    }),
    hasContact: raw["has_contact"] === true,
    location: latitude === null || longitude === null ? null : { latitude, longitude },
    appointmentAt: text(raw["appointment_at"]),
    appointmentWords: text(raw["appointment_words"]),
    photos: list(raw["photos"], word),
    summary: text(raw["summary"]),
    channelLimits: readLimits(raw["channel_limits"]),
    alsoOn: list(raw["also_on"], word),
    otherCases: list(raw["other_cases"], readOther),
    mail: readMail(raw["mail"], server),
  };
}

/** A page of the web, null for anything else. */
function webUrl(value: unknown): string | null {
  return /^https?:/i.test(text(value)) ? safeUrl(text(value), "") : null;
}

function readLimits(value: unknown): ChannelLimits | null {
  const raw = fields(value);
  const textChars = number(raw["text_chars"]);
  if (textChars === null || textChars <= 0) return null;
  const until = text(raw["window_until"]);
  return {
    textChars,
    windowUntil: Number.isNaN(Date.parse(until)) ? "" : until,
    afterWindow: AFTERWARDS.find((one) => one === raw["after_window"]) ?? "",
    firstPrivate: raw["first_private"] === true,
  };
}

export function readOther(value: unknown): OtherCase | null {
  const raw = fields(value);
  const name = text(raw["number"]);
  return name
    ? { id: number(raw["id"]), number: name, serviceName: text(raw["service_name"]), subject: text(raw["subject"]) }
    : null;
}

function readDelivery(value: unknown): Delivery | null {
  const raw = fields(value);
  const state = DELIVERY_STATES.find((one) => one === raw["state"]);
  return state ? { state, reason: text(raw["reason"]), doubtful: raw["doubtful"] === true } : null;
}

function readDocument(value: unknown): Document | null {
  const raw = fields(value);
  const id = text(raw["id"]);
  return id ? { id, name: text(raw["name"]) || id, sizeBytes: Math.max(0, number(raw["size_bytes"]) ?? 0) } : null;
}

/** A reply that was given up; null if it could not be named to the gateway. */
export function readGivenUp(value: unknown): GivenUp | null {
  const raw = fields(value);
  const [conversation, reply] = [text(raw["conversation"]), text(raw["reply"])];
  if (!conversation || !reply) return null;
  const about = fields(raw["case"]);
  const id = number(about["id"]);
  return {
    conversation,
    reply,
    case: id === null ? null : { id, number: text(about["number"]) },
    channel: text(raw["channel"]),
    channelName: text(raw["channel_name"]),
    text: text(raw["text"]),
    reason: text(raw["reason"]),
    at: text(raw["at"]),
    doubtful: raw["doubtful"] === true,
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
    files: list(raw["files"], readDocument),
    receiving: Math.max(0, number(raw["receiving"]) ?? 0),
    delivery: readDelivery(raw["delivery"]),
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
  const found = readCase(raw["case_state"] ?? raw["case"], server);
  if (!found) return null;
  return {
    case: found,
    lines: list(raw["lines"], (one) => readLine(one, server)),
    history: list(raw["history"], readHappening),
    pending: list(raw["pending"], (one) => readPending(one, server)),
    watchers: Array.isArray(raw["watchers"]) ? list(raw["watchers"], word) : null,
  };
}

function capacity(value: unknown): number {
  return Math.max(0, number(value) ?? 0);
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
      capacity: capacity(account["capacity"]),
      languages: list(account["languages"], word),
      skills: list(account["skills"], word),
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
  return who && { ...who, available: raw["available"] === true, present: raw["present"] === true, capacity: capacity(raw["capacity"]) };
}
