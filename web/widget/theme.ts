import { foregroundOn, hex, parseColour, readableOn, type Rgb } from "./colours";

export type Theme = "light" | "dark";

const MAIN: Record<Theme, string> = { light: "#1f4e79", dark: "#8ec5ff" };
/** The grounds that coloured text stands on, as style.css has them: the panel and the bot's tint. */
const GROUNDS: Record<Theme, readonly [string, string]> = {
  light: ["#ffffff", "#eef2f0"],
  dark: ["#151917", "#232a26"],
};

/** The theme that an element's `theme` attribute asks for; anything but light and dark follows the citizen's system. */
export function themeFor(wish: string | null | undefined, prefersDark: boolean): Theme {
  return wish === "light" || wish === "dark" ? wish : prefersDark ? "dark" : "light";
}

/**
 * Sets what style.css cannot compute on a host: the town's colour, what can be read on it, and its shade that can be
 * read as text. A custom property of the page (`--guichet-main`, `--guichet-main-dark`) goes before the server's word.
 */
export function paint(host: HTMLElement, probe: HTMLElement, theme: Theme, fromServer: string): void {
  const suffix = theme === "dark" ? "-dark" : "";
  const own = (name: string): Rgb | null => resolve(host, probe, `--guichet-${name}${suffix}`);
  const main = own("main") ?? parseColour(fromServer) ?? parse(MAIN[theme]);
  const [surface, tint] = GROUNDS[theme];
  const grounds = [own("surface") ?? parse(surface), own("tint") ?? parse(tint)];
  host.style.setProperty("--_main", hex(main));
  host.style.setProperty("--_on-main", hex(foregroundOn(main)));
  host.style.setProperty("--_accent", hex(readableOn(grounds, main)));
}

/** A custom property as a colour, whatever CSS spelling it has; null if it is not set or not a plain colour. */
function resolve(host: HTMLElement, probe: HTMLElement, property: string): Rgb | null {
  const value = getComputedStyle(host).getPropertyValue(property).trim();
  if (!value) return null;
  probe.style.color = "";
  probe.style.color = value;
  return probe.style.color ? parseColour(getComputedStyle(probe).color) : null;
}

function parse(colour: string): Rgb {
  return parseColour(colour) ?? [0, 0, 0];
}
