import { readWidths, type Widths } from "./panes";
import { fields, list, readSource, text, type Source } from "./protocol";

/** A reply that was sent and not acknowledged. */
export interface Outgoing {
  readonly id: string;
  readonly text: string;
  readonly sources: readonly Source[];
  /** The suggested reply that it was made of; "" for none. */
  readonly suggestion: string;
}

/** What an agent wrote about one case and nobody has yet. */
export interface Draft {
  readonly reply: string;
  readonly note: string;
  readonly sources: readonly Source[];
  readonly suggestion: string;
  readonly outgoing: Outgoing | null;
}

export const NO_DRAFT: Draft = { reply: "", note: "", sources: [], suggestion: "", outgoing: null };

/** What an agent set on the page. */
export interface Preferences {
  readonly shortcuts: boolean;
  readonly sound: boolean;
  readonly notifications: boolean;
  readonly size: number;
  readonly suggestions: boolean;
  readonly widths: Widths;
}

const KEEP_MS = 7 * 24 * 3600 * 1000;

/** `localStorage` as far as it can be used: blocked or full, everything is kept in memory as long as the page. */
export interface Area {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
  keys(): readonly string[];
}

export function localArea(area: () => globalThis.Storage): Area {
  const memory = new Map<string, string>();
  const attempt = <T>(work: (area: globalThis.Storage) => T, otherwise: T): T => {
    try {
      return work(area());
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => memory.get(key) ?? attempt((one) => one.getItem(key), null),
    set: (key, value) => {
      memory.delete(key);
      const done = attempt((one) => {
        if (value === null) one.removeItem(key);
        else one.setItem(key, value);
        return true;
      }, false);
      if (!done && value !== null) memory.set(key, value);
    },
    keys: () => [...memory.keys(), ...attempt((one) => Array.from({ length: one.length }, (_, at) => one.key(at) ?? ""), [])],
  };
}

/**
 * What the desk keeps on an agent's machine: settings, and by agent and case what was written and not sent, for seven
 * days at most; whoever signs out on purpose takes it away.
 */
export class Storage {
  readonly #area: Area;
  readonly #server: string;
  readonly #now: () => number;

  constructor(area: Area, server: string, now: () => number = Date.now) {
    this.#area = area;
    this.#server = server;
    this.#now = now;
  }

  get preferences(): Preferences {
    const raw = fields(parse(this.#area.get("guichet-desk:preferences")));
    return {
      shortcuts: raw["shortcuts"] !== false,
      sound: raw["sound"] === true,
      notifications: raw["notifications"] === true,
      size: raw["size"] === 1 || raw["size"] === 2 ? raw["size"] : 0,
      suggestions: raw["suggestions"] !== false,
      widths: readWidths(raw["widths"]),
    };
  }

  set preferences(value: Preferences) {
    this.#area.set("guichet-desk:preferences", JSON.stringify(value));
  }

  draft(agent: number, caseId: number): Draft {
    const raw = fields(parse(this.#area.get(draftKey(agent, caseId))));
    const sources = (value: unknown): readonly Source[] => list(value, (one) => readSource(one, this.#server));
    const outgoing = fields(raw["outgoing"]);
    return {
      reply: text(raw["reply"]),
      note: text(raw["note"]),
      sources: sources(raw["sources"]),
      suggestion: text(raw["suggestion"]),
      outgoing: text(outgoing["id"])
        ? {
            id: text(outgoing["id"]),
            text: text(outgoing["text"]),
            sources: sources(outgoing["sources"]),
            suggestion: text(outgoing["suggestion"]),
          }
        : null,
    };
  }

  keepDraft(agent: number, caseId: number, draft: Draft): void {
    const isEmpty = !draft.reply && !draft.note && !draft.sources.length && !draft.outgoing;
    this.#area.set(draftKey(agent, caseId), isEmpty ? null : JSON.stringify({ ...draft, at: this.#now() }));
  }

  /** What an agent wrote of an article and did not save, as it was kept. */
  article(agent: number, name: string): unknown {
    return parse(this.#area.get(draftKey(agent, `article-${name}`)));
  }

  keepArticle(agent: number, name: string, value: object | null): void {
    this.#area.set(draftKey(agent, `article-${name}`), value && JSON.stringify({ ...value, at: this.#now() }));
  }

  /** The articles of which an agent wrote something here that was not saved. */
  unsavedArticles(agent: number): ReadonlySet<string> {
    const start = draftKey(agent, "article-");
    return new Set(this.#draftKeys(start).map((key) => key.slice(start.length)));
  }

  /** How many cases and articles have a draft of an agent. */
  countDrafts(agent: number): number {
    return this.#draftKeys(draftKey(agent, "")).length;
  }

  dropDrafts(agent: number): void {
    for (const key of this.#draftKeys(draftKey(agent, ""))) this.#area.set(key, null);
  }

  /** Takes away what anybody left here too long ago. */
  sweep(): void {
    for (const key of this.#draftKeys("guichet-desk:draft:")) {
      const at = fields(parse(this.#area.get(key)))["at"];
      if (typeof at !== "number" || this.#now() - at > KEEP_MS) this.#area.set(key, null);
    }
  }

  #draftKeys(start: string): readonly string[] {
    return this.#area.keys().filter((key) => key.startsWith(start));
  }
}

function draftKey(agent: number, name: number | string): string {
  return `guichet-desk:draft:${agent}:${name}`;
}

function parse(json: string | null): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return null;
  }
}
