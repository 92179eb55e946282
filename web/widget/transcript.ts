import type { Item } from "./entries";
import type { Strings } from "./strings";

/** What mail programs take in a `mailto:` without cutting it themselves, in characters of the address. */
const MAX_MAILTO_CHARS = 7000;

/** A `mailto:` without a recipient that carries the conversation as text: the latest of it if it is too long. */
export function mailto(items: readonly Item[], t: Strings, town: string): string | null {
  const parts = items.filter(({ delivery }) => !delivery).map((item) => part(item, t));
  if (!parts.length) return null;
  const start = `mailto:?subject=${encodeURIComponent(t.mailSubject(town))}&body=`;
  const kept: string[] = [];
  let room = MAX_MAILTO_CHARS - start.length;
  for (const words of parts.reverse()) {
    room -= encode(words).length + encode("\n\n").length;
    if (room < 0) break;
    kept.unshift(words);
  }
  if (kept.length < parts.length) kept.unshift(t.mailCut);
  return start + encode(kept.join("\n\n"));
}

/** Who said it, in words. */
export function authorOf({ author, name }: Item, t: Strings): string {
  const agent = name ? t.agentNamed(name) : t.agent;
  return { citizen: t.you, bot: t.assistant, agent, system: t.system }[author];
}

function part(item: Item, t: Strings): string {
  const { text, sources, attachments } = item;
  const links = sources.map(({ title, url }) => `${t.sources(1)} : ${title}${url ? ` ${url}` : ""}`);
  const photos = attachments.map((_one, at) => `(${t.photo(at + 1, attachments.length)})`);
  return [`${authorOf(item, t)} :`, text, ...photos, ...links].filter(Boolean).join("\n");
}

/** RFC 6068 wants line breaks as CRLF. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed().replace(/\n/g, "\r\n"));
}
