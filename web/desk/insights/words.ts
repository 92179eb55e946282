/** Figures as the page knows them, and readers that look at what came over the wire (docs/insights-page.md). */

import { fields, list, text } from "../protocol";

export const TABLES = ["channels", "services", "topics", "languages", "causes", "statuses"] as const;
export type Table = (typeof TABLES)[number];
export const TIMES = ["wait", "first_answer", "close"] as const;

export interface Choice {
  readonly key: string;
  readonly name: string;
}

export interface Card {
  readonly key: string;
  readonly value: number | null;
  readonly isShare: boolean;
  readonly before: number | null;
  /** Of a count its ratio, of a share the difference. */
  readonly change: number | null;
}

export interface Day {
  /** ISO 8601, the town's. */
  readonly day: string;
  readonly contacts: number;
  readonly contained: number;
  readonly cases: number;
  readonly mails: number;
}

export interface Hour {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly hour: number;
  readonly contacts: number;
}

export interface Row extends Choice {
  readonly count: number;
  readonly before: number;
  readonly share: number | null;
}

/** In seconds. */
export interface Time {
  readonly count: number;
  readonly median: number | null;
  readonly ninetieth: number | null;
  readonly before: number | null;
}

export interface Mails {
  readonly service: string;
  readonly name: string;
  readonly open: number;
  readonly late: number;
  readonly oldestHours: number | null;
  readonly received: number;
  readonly before: number;
}

/** Cases that nobody of a service took in time: what rules did with them. */
export interface Unclaimed {
  readonly service: string;
  readonly name: string;
  readonly relayed: number;
  readonly relayedBefore: number;
  readonly untaken: number;
  readonly untakenBefore: number;
}

export interface Finding {
  readonly id: number;
  readonly sort: string;
  readonly subject: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly sentence: string;
}

export interface Mover {
  readonly table: string;
  readonly name: string;
  /** In contacts, signed. */
  readonly change: number;
}

export interface Moved {
  readonly contacts: number;
  readonly before: number;
  readonly change: number | null;
  readonly mover: Mover | null;
}

/** What has to be known beside the figures. */
export interface Notice {
  readonly key: string;
  readonly text: string;
}

export interface Figures {
  readonly first: string;
  readonly last: string;
  readonly whole: Moved;
  readonly week: Moved;
  readonly month: Moved;
  readonly cards: readonly Card[];
  readonly days: readonly Day[];
  readonly hours: readonly Hour[];
  readonly tables: Readonly<Record<Table, readonly Row[]>>;
  readonly times: Readonly<Record<(typeof TIMES)[number], Time>>;
  readonly mails: readonly Mails[];
  readonly unclaimed: readonly Unclaimed[];
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
}

export interface Insights {
  readonly figures: Figures;
  readonly choices: Readonly<Record<"channels" | "services" | "languages", readonly Choice[]>>;
  readonly today: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const count = (value: unknown): number => Math.max(0, amount(value) ?? 0);

function day(value: unknown): string {
  return DAY.test(text(value)) && !Number.isNaN(Date.parse(text(value))) ? text(value) : "";
}

export function readRow(value: unknown): Row {
  const raw = fields(value);
  return { ...readChoice(raw), count: count(raw["count"]), before: count(raw["before"]), share: amount(raw["share"]) };
}

function readChoice(value: unknown): Choice {
  const raw = fields(value);
  return { key: text(raw["key"]), name: text(raw["name"]) || text(raw["key"]) };
}

function readTime(value: unknown): Time {
  const raw = fields(value);
  return { count: count(raw["count"]), median: amount(raw["median"]), ninetieth: amount(raw["ninetieth"]), before: amount(raw["before"]) };
}

function readMover(value: unknown, tables: Figures["tables"]): Mover | null {
  const raw = fields(value);
  const [table, key, change] = [text(raw["table"]), text(raw["key"]), amount(raw["change"])];
  if (!table || !change) return null;
  // Channels have their name from the gateway's words, which stand in the table.
  const known = Object.entries(tables).find(([name]) => name === table)?.[1].find((row) => row.key === key)?.name;
  return { table, name: known ?? (text(raw["name"]) || key), change };
}

function readMoved(value: unknown, tables: Figures["tables"]): Moved {
  const raw = fields(value);
  return {
    contacts: count(raw["contacts"]),
    before: count(raw["before"]),
    change: amount(raw["change"]),
    mover: readMover(raw["mover"], tables),
  };
}

/** What moved in the whole span: the sentence's values, whose change has no sign. */
function readWhole(sentence: unknown, tables: Figures["tables"]): Moved {
  const { key, values } = fields(sentence);
  const raw = fields(values);
  const change = amount(raw["change"]);
  const moved = { table: raw["table"], key: raw["mover"], name: raw["mover"], change: raw["moved"] };
  return {
    contacts: count(raw["contacts"]),
    before: count(raw["before"]),
    change: change === null || key === "empty" || key === "first" ? null : key === "fewer" ? -Math.abs(change) : Math.abs(change),
    mover: text(raw["mover"]) ? readMover(moved, tables) : null,
  };
}

/** The whole page's figures; null if they are of no days. */
export function readInsights(value: unknown): Insights | null {
  const { figures: rawFigures, choices: rawChoices, today } = fields(value);
  const raw = fields(rawFigures);
  const [span, series, tables, times, trend] = ["span", "series", "tables", "times", "trend"].map((name) => fields(raw[name]));
  const [first, last] = [day(span!["first"]), day(span!["last"])];
  if (!first || !last) return null;
  const read = Object.fromEntries(TABLES.map((name) => [name, list(tables![name], readRow)])) as unknown as Figures["tables"];
  const choices = fields(rawChoices);
  return {
    today: day(today) || last,
    choices: {
      channels: list(choices["channels"], readChoice),
      services: list(choices["services"], readChoice),
      languages: list(choices["languages"], readChoice),
    },
    figures: {
      first,
      last,
      whole: readWhole(raw["sentence"], read),
      week: readMoved(trend!["week"], read),
      month: readMoved(trend!["month"], read),
      cards: list(raw["cards"], readCard),
      days: list(series!["days"], readDay),
      hours: list(series!["hours"], readHour),
      tables: read,
      times: Object.fromEntries(TIMES.map((name) => [name, readTime(times![name])])) as unknown as Figures["times"],
      mails: list(raw["mails"], readMails),
      unclaimed: list(raw["unclaimed"], readUnclaimed),
      findings: list(raw["findings"], readFinding),
      notices: list(raw["notices"], readNotice),
    },
  };
}

function readCard(value: unknown): Card | null {
  const raw = fields(value);
  if (!text(raw["key"])) return null;
  const [now, before, change] = [amount(raw["value"]), amount(raw["before"]), amount(raw["change"])];
  return { key: text(raw["key"]), value: now, isShare: raw["unit"] === "share", before, change };
}

function readDay(value: unknown): Day | null {
  const raw = fields(value);
  if (!day(raw["day"])) return null;
  const [contacts, contained] = [count(raw["contacts"]), count(raw["contained"])];
  return { day: day(raw["day"]), contacts, contained, cases: count(raw["cases"]), mails: count(raw["mails"]) };
}

function readHour(value: unknown): Hour | null {
  const raw = fields(value);
  const [weekday, hour] = [amount(raw["weekday"]), amount(raw["hour"])];
  if (weekday === null || hour === null || weekday < 0 || weekday > 6 || hour < 0 || hour > 23) return null;
  return { weekday, hour, contacts: count(raw["contacts"]) };
}

function readMails(value: unknown): Mails {
  const raw = fields(value);
  return {
    service: text(raw["service"]),
    name: text(raw["name"]) || text(raw["service"]),
    open: count(raw["open"]),
    late: count(raw["late"]),
    oldestHours: amount(raw["oldest_hours"]),
    received: count(raw["received"]),
    before: count(raw["before"]),
  };
}

function readUnclaimed(value: unknown): Unclaimed {
  const raw = fields(value);
  return {
    service: text(raw["service"]),
    name: text(raw["name"]) || text(raw["service"]),
    relayed: count(raw["relayed"]),
    relayedBefore: count(raw["relayed_before"]),
    untaken: count(raw["untaken"]),
    untakenBefore: count(raw["untaken_before"]),
  };
}

function readNotice(value: unknown): Notice | null {
  const raw = fields(value);
  return text(raw["text"]) ? { key: text(raw["key"]), text: text(raw["text"]) } : null;
}

function readFinding(value: unknown): Finding | null {
  const raw = fields(value);
  const id = amount(raw["id"]);
  if (id === null || !text(raw["sentence"])) return null;
  const [sort, subject] = [text(raw["sort"]), text(raw["subject"])];
  return { id, sort, subject, firstDay: day(raw["first_day"]), lastDay: day(raw["last_day"]), sentence: text(raw["sentence"]) };
}
