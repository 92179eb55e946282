import { fields as read, text } from "../protocol";
import type { Article } from "./words";

/** An article as it stands in the form. */
export interface Fields {
  readonly title: string;
  readonly service: string;
  readonly body: string;
  /** Separated by commas. */
  readonly keywords: string;
  readonly audience: string;
  readonly validUntil: string;
  readonly reviewOn: string;
  readonly source: string;
  readonly more: string;
  readonly fiche: string;
  /** An agent; null for the whole service. */
  readonly owner: number | null;
}

export function blank(service: string, reviewOn: string): Fields {
  return {
    title: "",
    service,
    body: "",
    keywords: "",
    audience: "particuliers",
    validUntil: "",
    reviewOn,
    source: "",
    more: "",
    fiche: "",
    owner: null,
  };
}

export function fieldsOf(article: Article): Fields {
  const { title, service, body, audience, validUntil, reviewOn, source, more, fiche } = article;
  const keywords = article.keywords.join(", ");
  return { title, service, body, audience, validUntil, reviewOn, source, more, fiche, keywords, owner: article.owner?.id ?? null };
}

export function isSame(one: Fields, other: Fields): boolean {
  const names = Object.keys(one) as (keyof Fields)[];
  return names.every((name) => (name === "body" ? one.body.trimEnd() === other.body.trimEnd() : one[name] === other[name]));
}

/** What the gateway wants of it. */
export function bodyOf({ validUntil, reviewOn, keywords, ...rest }: Fields): object {
  return {
    ...rest,
    valid_until: validUntil || null,
    review_on: reviewOn || null,
    keywords: keywords.split(/[,\n]/).map((word) => word.trim()).filter(Boolean),
  };
}

/** What was kept on this machine; null where it cannot be read. */
export function readKept(value: unknown, base: Fields): { readonly fields: Fields; readonly version: number } | null {
  const raw = read(value);
  const kept = read(raw["fields"]);
  if (typeof kept["title"] !== "string" || typeof kept["body"] !== "string" || typeof raw["version"] !== "number") return null;
  const word = (name: Exclude<keyof Fields, "owner">): string => (typeof kept[name] === "string" ? text(kept[name]) : base[name]);
  return {
    version: raw["version"],
    fields: {
      title: word("title"),
      service: word("service"),
      body: word("body"),
      keywords: word("keywords"),
      audience: word("audience"),
      validUntil: word("validUntil"),
      reviewOn: word("reviewOn"),
      source: word("source"),
      more: word("more"),
      fiche: word("fiche"),
      owner: typeof kept["owner"] === "number" ? kept["owner"] : null,
    },
  };
}
