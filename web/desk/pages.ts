import { fr as t } from "./strings/fr";

export const PAGES = ["cases", "letters", "articles"] as const;
export type Page = (typeof PAGES)[number];

const REMEMBERED = "guichet-desk:page";

/** Which page of the desk is shown, and which of its articles is to be opened; remembered for as long as the tab. */
export class Pages {
  current: Page;
  /** An article that another part of the desk wants to have opened. */
  article: string | null = null;

  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.current = PAGES.find((page) => page === remembered(REMEMBERED)) ?? "cases";
  }

  go(page: Page, article: string | null = null): void {
    this.current = page;
    this.article = article;
    remember(REMEMBERED, page);
    this.#changed();
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
    // A tab that may keep nothing begins at the queue again.
  }
}
