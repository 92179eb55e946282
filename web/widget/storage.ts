import type { Item } from "./entries";

/** What a citizen set in the menu. */
export interface Preferences {
  readonly language: string | null;
  readonly size: number;
  readonly digits: boolean;
  readonly times: boolean;
}

export const DEFAULTS: Preferences = { language: null, size: 0, digits: true, times: false };

/**
 * What the widget keeps on the citizen's machine, and nothing else: the session's id and the settings of the menu in
 * localStorage, unacknowledged messages in sessionStorage. Nobody writes before the chat was opened. Where storage is
 * blocked or full, all is kept in memory and lasts as long as the page.
 */
export class Storage {
  readonly #memory = new Map<string, string>();

  readonly #server: string;

  constructor(server: string) {
    this.#server = server;
  }

  get session(): string | null {
    return this.#read("localStorage", "session");
  }

  set session(id: string | null) {
    this.#write("localStorage", "session", id);
  }

  get unsent(): readonly Item[] {
    const raw = this.#parse(this.#read("sessionStorage", "unsent"));
    return Array.isArray(raw) ? raw.filter(isUnsent).map(complete) : [];
  }

  set unsent(items: readonly Item[]) {
    this.#write("sessionStorage", "unsent", items.length ? JSON.stringify(items) : null);
  }

  get preferences(): Preferences {
    const raw = this.#parse(this.#read("localStorage", "preferences")) as Partial<Preferences> | null;
    return {
      language: typeof raw?.language === "string" ? raw.language : DEFAULTS.language,
      size: raw?.size === 1 || raw?.size === 2 ? raw.size : DEFAULTS.size,
      digits: raw?.digits !== false,
      times: raw?.times === true,
    };
  }

  set preferences(value: Preferences) {
    this.#write("localStorage", "preferences", JSON.stringify(value));
  }

  /** Forgets everything, the menu's settings included. */
  clear(): void {
    this.session = null;
    this.unsent = [];
    this.#write("localStorage", "preferences", null);
  }

  #read(area: "localStorage" | "sessionStorage", name: string): string | null {
    const key = this.#key(name);
    try {
      return window[area].getItem(key) ?? this.#memory.get(key) ?? null;
    } catch {
      return this.#memory.get(key) ?? null;
    }
  }

  #write(area: "localStorage" | "sessionStorage", name: string, value: string | null): void {
    const key = this.#key(name);
    this.#memory.delete(key);
    try {
      if (value === null) window[area].removeItem(key);
      else window[area].setItem(key, value);
    } catch {
      if (value !== null) this.#memory.set(key, value);
    }
  }

  #parse(json: string | null): unknown {
    try {
      return JSON.parse(json ?? "null");
    } catch {
      return null;
    }
  }

  /** Two towns' chats on one site do not share. */
  #key(name: string): string {
    return `guichet:${this.#server}:${name}`;
  }
}

/** What an earlier version of this script kept has no names and no photos. */
function complete(item: Item): Item {
  return { ...item, name: "", attachments: Array.isArray(item.attachments) ? item.attachments : [] };
}

function isUnsent(value: unknown): value is Item {
  const item = value as Partial<Item> | null;
  return (
    typeof item?.id === "string" &&
    typeof item.text === "string" &&
    item.author === "citizen" &&
    typeof item.delivery === "string" &&
    Array.isArray(item.buttons) &&
    Array.isArray(item.sources)
  );
}
