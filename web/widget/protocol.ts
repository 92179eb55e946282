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
  /** Of an agent, as citizens may know it: "Claire M."; "" otherwise. */
  readonly name: string;
  readonly buttons: readonly Choice[];
  readonly sources: readonly SourceLink[];
  /** Photos that went with it; only agents can fetch them. */
  readonly attachments: readonly Attachment[];
  /** The language that the citizen has chosen with this, to which the widget changes too. */
  readonly speak?: string;
}

export interface Attachment {
  readonly name: string;
}

/** Who has the conversation: the bot, the bot while a place in a service's queue is kept, or an agent. */
export interface Standing {
  readonly state: "bot" | "waiting" | "agent";
  readonly number: string;
  readonly service: string;
  /** From 1; 0 while nobody can say. */
  readonly place: number;
  /** In words; "" while nobody can say. */
  readonly wait: string;
  readonly name: string;
}

/** What became of an uploaded photo: its id, or why it was not taken, in the server's words. */
export type Upload = { readonly id: string } | { readonly error: string; readonly text: string };

export interface Ready {
  readonly sessionId: string;
  readonly resumed: boolean;
  readonly welcome: Entry | null;
  readonly history: readonly Entry[];
  readonly desk: Standing;
}

export type Ack = { readonly ok: true } | { readonly ok: false; readonly error: string; readonly text: string };

export interface Contact {
  readonly phone: string;
  readonly email: string;
  readonly counter: string;
  readonly hours: string;
  readonly address: string;
}

/** What a message may carry. */
export interface PhotoLimits {
  readonly maxBytes: number;
  readonly perMessage: number;
}

export interface Config {
  readonly town: string;
  readonly office: string;
  readonly contact: Contact;
  readonly main: string;
  readonly mainDark: string;
  readonly maxTextChars: number;
  /** Null where photos are not taken. */
  readonly photos: PhotoLimits | null;
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

/** A whole number from 1 on, 0 for anything else. */
function count(value: unknown): number {
  return Number.isInteger(value) && (value as number) > 0 ? (value as number) : 0;
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
    name: text(raw["name"]),
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
    attachments: list(raw["attachments"]).map((one) => ({ name: text(fields(one)["name"]) })),
    ...(text(raw["speak"]) && { speak: text(raw["speak"]) }),
  };
}

/** What `desk` says; the bot has what nobody else does. */
export function readStanding(value: unknown): Standing {
  const raw = fields(value);
  const state = raw["state"];
  return {
    state: state === "waiting" || state === "agent" ? state : "bot",
    number: text(raw["number"]),
    service: text(raw["service"]),
    place: count(raw["place"]),
    wait: text(raw["wait"]),
    name: text(raw["name"]),
  };
}

/** Who is writing, "" if that cannot be read. */
export function readWriter(value: unknown): string {
  return text(fields(value)["name"]);
}

/** The answer to an upload, null if it is none of ours: then the photo may be sent again. */
export function readUpload(value: unknown): Upload | null {
  const raw = fields(value);
  const [id, error] = [text(raw["id"]), text(raw["error"])];
  if (raw["ok"] === true && id) return { id };
  return raw["ok"] === false && error ? { error, text: text(raw["text"]) } : null;
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
    desk: readStanding(raw["desk"]),
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
  const photos = fields(raw["photos"]);
  const [maxBytes, perMessage] = [count(photos["max_bytes"]), count(photos["per_message"])];
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
    maxTextChars: count(raw["max_text_chars"]) || 4000,
    photos: maxBytes && perMessage ? { maxBytes, perMessage } : null,
    privacyUrl: safeUrl(text(raw["privacy_url"]), server),
    accessibilityUrl: safeUrl(text(raw["accessibility_url"]), server),
  };
}
