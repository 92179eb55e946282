import { en } from "./en";
import { fr, type Strings } from "./fr";

export type { Strings };

/** Every catalogue, the default first. */
export const catalogues: readonly Strings[] = [fr, en];

/** The catalogue of a BCP 47 tag, by its primary language; French where there is none. */
export function stringsFor(tag: string | null | undefined): Strings {
  const primary = (tag ?? "").toLowerCase().split("-")[0];
  return catalogues.find(({ language }) => language === primary) ?? fr;
}
