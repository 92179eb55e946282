/** What the page is asked for, as it stands in the address: the gateway reads the very same names. */

export const PRESETS = [7, 30, 90, 365] as const;
export const DEFAULT_DAYS = 30;

export interface Filters {
  /** So many days up to today; 0 where the two days say it. */
  readonly days: number;
  readonly first: string;
  readonly last: string;
  readonly channel: string;
  readonly service: string;
  readonly language: string;
}

export const NAMES = ["channel", "service", "language"] as const;

export function readFilters(search: string): Filters {
  const given = new URLSearchParams(search);
  const [first, last] = [given.get("first") ?? "", given.get("last") ?? ""];
  const days = Number(given.get("days"));
  const [channel, service, language] = NAMES.map((name) => given.get(name) ?? "") as [string, string, string];
  return { days: first || last ? 0 : PRESETS.find((preset) => preset === days) ?? (given.has("days") ? days : DEFAULT_DAYS), first, last, channel, service, language };
}

/** The address's part for filters: what is as usual is not said. */
export function searchOf(filters: Filters): string {
  const said = new URLSearchParams();
  if (!filters.days) for (const name of ["first", "last"] as const) if (filters[name]) said.set(name, filters[name]);
  if (filters.days && filters.days !== DEFAULT_DAYS) said.set("days", String(filters.days));
  for (const name of NAMES) if (filters[name]) said.set(name, filters[name]);
  const text = said.toString();
  return text && `?${text}`;
}

export const isNarrowed = (filters: Filters): boolean => NAMES.some((name) => filters[name] !== "");
