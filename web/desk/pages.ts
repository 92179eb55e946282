import { fr as t } from "./strings/fr";

export const PAGES = ["cases", "letters", "articles", "topics", "teaching", "samples", "insights"] as const;
export type Page = (typeof PAGES)[number];

/** Those by which a town gets better every week; the bar shows them as one. */
export const LEARNING: readonly Page[] = ["topics", "teaching", "samples"];

const HOME = "/desk";
const LEADING_ONLY: readonly Page[] = ["insights", "teaching"];
/** The roles that see all services. */
export const LEADING: readonly string[] = ["supervisor", "admin"];

export const addressOf = (page: Page): string => (page === "cases" ? HOME : `${HOME}/${page}`);

/** The page at an address; the cases for any that is not known. */
export function pageOf(path: string): Page {
  const name = path.replace(/\/+$/, "").slice(HOME.length + 1);
  return PAGES.find((page) => page === name) ?? "cases";
}

/** Whether the pages of a role have this one. */
export const maySee = (page: Page, role: string): boolean => !LEADING_ONLY.includes(page) || LEADING.includes(role);

/** The door, and the way back from it to where one was. */
export function doorAddress({ pathname, search }: Pick<Location, "pathname" | "search"> = location): string {
  return pathname === HOME ? `${HOME}/login` : `${HOME}/login?next=${encodeURIComponent(pathname + search)}`;
}

/** Which page of the desk is shown, and with which choices: the address says both, so back and forward do what they say. */
export class Pages {
  current: Page;
  /** What a page keeps in the address, with its question mark; "" for nothing. */
  search: string;
  /** An article that another part of the desk wants to have opened. */
  article: string | null = null;

  readonly #changed: () => void;
  readonly #onMove = (): void => {
    this.article = null;
    this.#read();
    this.#changed();
  };

  constructor(changed: () => void) {
    this.#changed = changed;
    this.current = pageOf(location.pathname);
    this.search = location.search;
  }

  /** Follow the browser's own back and forward. */
  listen(): void {
    window.addEventListener("popstate", this.#onMove);
  }

  leave(): void {
    window.removeEventListener("popstate", this.#onMove);
  }

  go(page: Page, article: string | null = null): void {
    this.article = article;
    this.#move(addressOf(page));
  }

  /** Other choices on the same page. */
  choose(search: string): void {
    this.#move(addressOf(this.current) + search);
  }

  #move(address: string): void {
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    this.#read();
    this.#changed();
  }

  #read(): void {
    this.current = pageOf(location.pathname);
    this.search = location.search;
  }
}

/** The tab's title: how many wait, what it shows, and whose it is. */
export function titleOf(waiting: number | undefined, page: Page, town: string | undefined): string {
  const shown = page === "cases" ? t.title : t.pages[page];
  return [waiting ? `(${waiting})` : "", shown, "–", town].filter(Boolean).join(" ");
}

/** What the tab remembers; "" where it may keep nothing. */
export function remembered(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function remember(key: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // A tab that may keep nothing begins at the list again.
  }
}
