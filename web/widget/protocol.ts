/**
 * The words of the web chat's protocol (docs/web-chat.md), and readers that turn what came over the wire into them.
 * Nothing that comes from the network is used before a reader has looked at it.
 */

export type Author = "citizen" | "bot" | "agent" | "system";

export interface Choice {
  readonly title: string;
  readonly token: string;
}

export interface SourceLink {
  readonly title: string;
  /** Absolute and http(s), or null: then the title is shown without a link. */
  readonly url: string | null;
  readonly publisher: string;
  /** ISO date, "" if unknown. */
  readonly updated: string;
}

export interface Entry {
  readonly id: string;
  readonly author: Author;
  readonly text: string;
  /** BCP 47, null if the server did not say. */
  readonly language: string | null;
  /** ISO time, null if the server did not say. */
  readonly at: string | null;
  readonly buttons: readonly Choice[];
  readonly sources: readonly SourceLink[];
}

export interface Ready {
  readonly sessionId: string;
  readonly resumed: boolean;
  readonly welcome: Entry | null;
  readonly history: readonly Entry[];
}

export type Ack = { readonly ok: true } | { readonly ok: false; readonly error: string; readonly text: string };

export interface Contact {
  readonly phone: string;
  readonly email: string;
  readonly counter: string;
  readonly hours: string;
  readonly address: string;
}

export interface Config {
  readonly town: string;
  readonly office: string;
  readonly contact: Contact;
  readonly main: string;
  readonly mainDark: string;
  readonly maxTextChars: number;
  readonly privacyUrl: string | null;
  readonly accessibilityUrl: string | null;
}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * An address that may stand in a link: http(s), or a path of the server itself. Null for everything else, such as
 * `javascript:` and the path-like spellings (`//host`, `/\host`) by which a browser would leave the server.
 */
export function safeUrl(address: string, server: string): string | null {
  try {
    if (/^https?:\/\//i.test(address)) return new URL(address).href;
    if (!address.startsWith("/")) return null;
    const url = new URL(address, server);
    return url.origin === new URL(server).origin ? url.href : null;
  } catch {
    return null;
  }
}

/** An entry of the conversation, null if it lacks what makes one. */
export function readEntry(value: unknown, server: string): Entry | null {
  const raw = fields(value);
  const id = text(raw["id"]);
  if (!id || typeof raw["text"] !== "string") return null;
  const author = raw["author"];
  return {
    id,
    author: author === "citizen" || author === "agent" || author === "system" ? author : "bot",
    text: raw["text"],
    language: text(raw["language"]) || null,
    at: text(raw["at"]) || null,
    buttons: list(raw["buttons"])
      .map(fields)
      .map((button) => ({ title: text(button["title"]), token: text(button["token"]) }))
      .filter(({ title, token }) => title && token),
    sources: list(raw["sources"])
      .map(fields)
      .map((source) => ({
        title: text(source["title"]) || text(source["url"]),
        url: safeUrl(text(source["url"]), server),
        publisher: text(source["publisher"]),
        updated: text(source["updated"]),
      }))
      .filter(({ title }) => title),
  };
}

/** What `session_ready` says, null if it names no session. */
export function readReady(value: unknown, server: string): Ready | null {
  const raw = fields(value);
  const sessionId = text(raw["session_id"]);
  if (!sessionId) return null;
  return {
    sessionId,
    resumed: raw["resumed"] === true,
    welcome: readEntry(raw["welcome"], server),
    history: list(raw["history"])
      .map((item) => readEntry(item, server))
      .filter((entry) => entry !== null),
  };
}

/** An acknowledgement; whatever cannot be read counts as "not stored". */
export function readAck(value: unknown): Ack {
  const raw = fields(value);
  if (raw["ok"] === true) return { ok: true };
  return { ok: false, error: text(raw["error"]) || "not_stored", text: text(raw["text"]) };
}

/** The receipt of an erasure, null if it was refused, with the sentence that came along. */
export function readReceipt(value: unknown): { receipt: string | null; text: string } {
  const raw = fields(value);
  return { receipt: raw["ok"] === false ? null : text(raw["receipt"]) || null, text: text(raw["text"]) };
}

/** `GET /chat/config`, with neutral values for whatever is missing. */
export function readConfig(value: unknown, server: string): Config {
  const raw = fields(value);
  const contact = fields(raw["contact"]);
  const colours = fields(raw["colours"]);
  const limit = raw["max_text_chars"];
  return {
    town: text(raw["town"]),
    office: text(raw["office"]),
    contact: {
      phone: text(contact["phone"]),
      email: text(contact["email"]),
      counter: text(contact["counter"]),
      hours: text(contact["hours"]),
      address: text(contact["address"]),
    },
    main: text(colours["main"]),
    mainDark: text(colours["main_dark"]),
    maxTextChars: typeof limit === "number" && limit > 0 ? limit : 4000,
    privacyUrl: safeUrl(text(raw["privacy_url"]), server),
    accessibilityUrl: safeUrl(text(raw["accessibility_url"]), server),
  };
}
