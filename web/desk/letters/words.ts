/** Letters in the desk's protocol (docs/desk-protocol.md), and their readers. */

import { fields, list, readOther, readSource, text, type OtherCase, type Source } from "../protocol";

export interface Named {
  readonly code: string;
  readonly name: string;
}

/** A service that a letter may be for, and how likely, in words. */
export interface Likely extends Named {
  readonly likely: string;
}

/** A passage of a letter; what is folded is not the sender's own last words. */
export interface Part {
  readonly kind: string;
  readonly kindName: string;
  readonly text: string;
  readonly isFolded: boolean;
}

export interface Proof {
  readonly verdict: "pass" | "fail" | "none";
  readonly text: string;
}

/** A whole reply that may be sent; its text has greeting and signature. */
export interface Reply {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly sources: readonly Source[];
}

/** A mail or a web form, and what was read in it. */
export interface Letter {
  readonly id: number;
  /** The id of its line in the conversation. */
  readonly message: string;
  readonly at: string;
  readonly subject: string;
  readonly name: string;
  readonly mailbox: string;
  readonly form: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly copies: number;
  readonly parts: readonly Part[];
  readonly services: readonly Likely[];
  readonly isSure: boolean;
  readonly because: readonly string[];
  readonly rule: string;
  readonly kind: string;
  readonly kindName: string;
  readonly urgency: string;
  readonly urgencyName: string;
  /** The danger or distress that was seen; "" for none. */
  readonly alert: string;
  /** BCP 47. */
  readonly language: string;
  readonly personal: readonly string[];
  /** Numbers that were masked before it was kept, by name. */
  readonly masked: readonly string[];
  /** Why nobody may wait behind it; "" if somebody may. */
  readonly automatic: string;
  readonly proofs: readonly Proof[];
  readonly isForged: boolean;
  readonly isTrusted: boolean;
  /** The address of a sender who is not the case's own; "" otherwise. */
  readonly stranger: string;
  readonly acknowledged: "sent" | "held" | "none";
  readonly acknowledgedWords: string;
  readonly suggested: readonly Reply[];
}

/** What a case has of letters. */
export interface Mail {
  readonly letters: readonly Letter[];
  /** The next likeliest services. */
  readonly elsewhere: readonly Likely[];
  /** So many other letters say the same. */
  readonly alike: number;
  readonly alikeCases: readonly OtherCase[];
  readonly kinds: readonly Named[];
  readonly urgencies: readonly Named[];
}

/** A letter that opened no case. */
export interface Aside {
  readonly id: number;
  readonly at: string;
  readonly subject: string;
  readonly name: string;
  readonly sender: string;
  readonly mailbox: string;
  readonly form: string;
  readonly why: string;
  readonly kindName: string;
  readonly serviceName: string;
  readonly language: string;
  readonly text: string;
}

/** A letter whose acknowledgement was held, and its open case. */
export interface Held {
  readonly id: number;
  readonly caseId: number;
  readonly number: string;
  readonly at: string;
  readonly subject: string;
  readonly name: string;
  /** "" for whom it is not to see. */
  readonly sender: string;
  readonly serviceName: string;
  readonly why: string;
  readonly isTrusted: boolean;
  readonly language: string;
}

/** The open letters of a service. */
export interface Shelf extends Named {
  readonly waiting: number;
  readonly taken: number;
  readonly late: number;
  readonly urgent: number;
  /** ISO, "" if unknown. */
  readonly oldest: string;
}

export interface Overview {
  readonly shelves: readonly Shelf[];
  readonly held: readonly Held[];
  /** Null for whom they are not to see. */
  readonly aside: readonly Aside[] | null;
}

/** What a case has of letters; null for a case without one. */
export function readMail(value: unknown, server: string): Mail | null {
  const raw = fields(value);
  const letters = list(raw["letters"], (one) => readLetter(one, server));
  if (!letters.length) return null;
  return {
    letters,
    elsewhere: list(raw["elsewhere"], readLikely),
    alike: count(raw["alike"]),
    alikeCases: list(raw["alike_cases"], readOther),
    kinds: list(raw["kinds"], readNamed),
    urgencies: list(raw["urgencies"], readNamed),
  };
}

export function readLetter(value: unknown, server: string): Letter | null {
  const raw = fields(value);
  const id = raw["id"];
  if (typeof id !== "number") return null;
  const acknowledged = raw["acknowledged"];
  return {
    id,
    message: text(raw["message"]),
    at: text(raw["at"]),
    subject: text(raw["subject"]),
    name: text(raw["name"]),
    mailbox: text(raw["mailbox"]),
    form: text(raw["form"]),
    fields: list(raw["fields"], (one) => {
      const { name, value: said } = fields(one);
      return text(name) ? { name: text(name), value: text(said) } : null;
    }),
    copies: count(raw["copies"]),
    parts: list(raw["parts"], (one) => {
      const part = fields(one);
      return text(part["text"])
        ? { kind: text(part["kind"]), kindName: text(part["kind_name"]), text: text(part["text"]), isFolded: part["folded"] === true }
        : null;
    }),
    services: list(raw["services"], readLikely),
    isSure: raw["sure"] === true,
    because: list(raw["because"], (one) => text(one) || null),
    rule: text(raw["rule"]),
    kind: text(raw["kind"]),
    kindName: text(raw["kind_name"]),
    urgency: text(raw["urgency"]),
    urgencyName: text(raw["urgency_name"]),
    alert: text(raw["alert"]),
    language: text(raw["language"]),
    personal: list(raw["personal"], (one) => text(one) || null),
    masked: list(raw["masked"], (one) => text(one) || null),
    automatic: text(raw["automatic"]),
    proofs: list(raw["proofs"], (one) => {
      const { verdict, text: words } = fields(one);
      return text(words) ? { verdict: verdict === "pass" || verdict === "fail" ? verdict : "none", text: text(words) } : null;
    }),
    isForged: raw["forged"] === true,
    isTrusted: raw["trusted"] !== false,
    stranger: text(raw["stranger"]),
    acknowledged: acknowledged === "sent" || acknowledged === "held" ? acknowledged : "none",
    acknowledgedWords: text(raw["acknowledged_words"]),
    suggested: list(raw["suggested"], (one) => readReply(one, server)),
  };
}

export function readOverview(value: unknown): Overview | null {
  const raw = fields(value);
  if (!Array.isArray(raw["shelves"])) return null;
  return {
    shelves: list(raw["shelves"], (one) => {
      const shelf = fields(one);
      const code = text(shelf["service"]);
      if (!code) return null;
      return {
        code,
        name: text(shelf["service_name"]) || code,
        waiting: count(shelf["waiting"]),
        taken: count(shelf["taken"]),
        late: count(shelf["late"]),
        urgent: count(shelf["high"]),
        oldest: text(shelf["oldest"]),
      };
    }),
    held: list(raw["held"], readHeld),
    aside: Array.isArray(raw["aside"]) ? list(raw["aside"], readAside) : null,
  };
}

function readHeld(value: unknown): Held | null {
  const raw = fields(value);
  const [id, about] = [raw["id"], fields(raw["case"])];
  if (typeof id !== "number" || typeof about["id"] !== "number") return null;
  return {
    id,
    caseId: about["id"],
    number: text(about["number"]),
    at: text(raw["at"]),
    subject: text(raw["subject"]),
    name: text(raw["name"]),
    sender: text(raw["sender"]),
    serviceName: text(raw["service_name"]),
    why: text(raw["why"]),
    isTrusted: raw["trusted"] !== false,
    language: text(raw["language"]),
  };
}

function readAside(value: unknown): Aside | null {
  const raw = fields(value);
  const id = raw["id"];
  if (typeof id !== "number") return null;
  return {
    id,
    at: text(raw["at"]),
    subject: text(raw["subject"]),
    name: text(raw["name"]),
    sender: text(raw["sender"]),
    mailbox: text(raw["mailbox"]),
    form: text(raw["form"]),
    why: text(raw["why"]),
    kindName: text(raw["kind_name"]),
    serviceName: text(raw["service_name"]),
    language: text(raw["language"]),
    text: text(raw["text"]),
  };
}

function readReply(value: unknown, server: string): Reply | null {
  const raw = fields(value);
  const [id, words] = [text(raw["id"]), text(raw["text"])];
  if (!id || !words) return null;
  return { id, title: text(raw["title"]) || id, text: words, sources: list(raw["sources"], (one) => readSource(one, server)) };
}

function readNamed(value: unknown): Named | null {
  const { code, name } = fields(value);
  return text(code) ? { code: text(code), name: text(name) || text(code) } : null;
}

function readLikely(value: unknown): Likely | null {
  const named = readNamed(value);
  return named && { ...named, likely: text(fields(value)["likely"]) };
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, Math.floor(value)) : 0;
}
