/** Articles as the page knows them, and readers that look at what came over the wire (docs/desk-protocol.md). */

import { fields, list, text } from "../protocol";
import type { Person } from "../protocol";
import { safeUrl } from "../../widget/protocol";

export type ArticleState = "draft" | "published" | "expired";

export interface Uses {
  readonly answers: number;
  readonly rated: number;
  /** Null while nobody has rated it. */
  readonly percent: number | null;
}

export interface ArticleRow {
  readonly id: string;
  readonly title: string;
  readonly service: string;
  readonly serviceName: string;
  /** "desk" for what is written here. */
  readonly origin: string;
  readonly state: ArticleState;
  readonly stateName: string;
  /** Whether it has words that citizens do not have yet. */
  readonly changed: boolean;
  readonly toReview: boolean;
  readonly validUntil: string;
  readonly reviewOn: string;
  readonly owner: Person | null;
  readonly fiche: string;
  readonly version: number;
  readonly changedAt: string;
  readonly changedBy: string;
  readonly uses: Uses;
}

export interface Words {
  readonly body: string;
  readonly audience: string;
  readonly source: string;
  readonly more: string;
  readonly keywords: readonly string[];
}

export interface Article extends ArticleRow, Words {
  /** Its page, "" while citizens do not see it. */
  readonly url: string;
  readonly ficheTitle: string;
  readonly ficheUrl: string | null;
}

export interface Edition extends Words {
  readonly number: number;
  readonly did: string;
  readonly didName: string;
  readonly at: string;
  readonly agent: string;
  readonly title: string;
  readonly serviceName: string;
  readonly validUntil: string;
}

export interface Passage {
  readonly headings: readonly string[];
  readonly text: string;
  readonly words: number;
}

export interface Preview {
  /** Made by the gateway; whatever the author wrote beside Markdown is escaped in it. */
  readonly html: string;
  readonly passages: readonly Passage[];
  readonly warnings: readonly { readonly kind: string; readonly text: string }[];
}

export interface Fiche {
  readonly id: string;
  readonly audience: string;
  readonly title: string;
}

export interface Listing {
  readonly rows: readonly ArticleRow[];
  readonly owners: readonly Person[];
  readonly today: string;
}

const OWN_PAGE = /^\/articles\/[a-z0-9][a-z0-9_-]*$/;

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function person(value: unknown): Person | null {
  const raw = fields(value);
  return typeof raw["id"] === "number" ? { id: raw["id"], name: text(raw["name"]) } : null;
}

function words(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function readArticleRow(value: unknown): ArticleRow | null {
  const raw = fields(value);
  const id = text(raw["id"]);
  if (!id) return null;
  const state = raw["state"];
  const uses = fields(raw["uses"]);
  return {
    id,
    title: text(raw["title"]) || id,
    service: text(raw["service"]),
    serviceName: text(raw["service_name"]),
    origin: text(raw["origin"]),
    state: state === "published" || state === "expired" ? state : "draft",
    stateName: text(raw["state_name"]),
    changed: raw["changed"] === true,
    toReview: raw["to_review"] === true,
    validUntil: text(raw["valid_until"]),
    reviewOn: text(raw["review_on"]),
    owner: person(raw["owner"]),
    fiche: text(raw["fiche"]),
    version: number(raw["version"]),
    changedAt: text(raw["changed_at"]),
    changedBy: text(raw["changed_by"]),
    uses: {
      answers: number(uses["answers"]),
      rated: number(uses["rated"]),
      percent: typeof uses["percent"] === "number" ? uses["percent"] : null,
    },
  };
}

function readWords(raw: Record<string, unknown>): Words {
  return {
    body: text(raw["body"]),
    audience: text(raw["audience"]),
    source: text(raw["source"]),
    more: text(raw["more"]),
    keywords: list(raw["keywords"], words),
  };
}

/** What answers every change of an article. */
export function readArticle(value: unknown): Article | null {
  const raw = fields(fields(value)["article"]);
  const row = readArticleRow(raw);
  if (!row) return null;
  return {
    ...row,
    ...readWords(raw),
    url: OWN_PAGE.test(text(raw["url"])) ? text(raw["url"]) : "",
    ficheTitle: text(raw["fiche_title"]),
    ficheUrl: safeUrl(text(raw["fiche_url"]), ""),
  };
}

export function readListing(value: unknown): Listing {
  const raw = fields(value);
  return { rows: list(raw["articles"], readArticleRow), owners: list(raw["owners"], person), today: text(raw["today"]) };
}

export function readEditions(value: unknown): readonly Edition[] {
  return list(fields(value)["editions"], (one) => {
    const raw = fields(one);
    if (!number(raw["number"])) return null;
    return {
      ...readWords(raw),
      number: number(raw["number"]),
      did: text(raw["did"]),
      didName: text(raw["did_name"]),
      at: text(raw["at"]),
      agent: text(raw["agent"]),
      title: text(raw["title"]),
      serviceName: text(raw["service_name"]),
      validUntil: text(raw["valid_until"]),
    };
  });
}

export function readPreview(value: unknown): Preview {
  const raw = fields(value);
  return {
    html: text(raw["html"]),
    passages: list(raw["passages"], (one) => {
      const piece = fields(one);
      return text(piece["text"])
        ? { headings: list(piece["headings"], words), text: text(piece["text"]), words: number(piece["words"]) }
        : null;
    }),
    warnings: list(raw["warnings"], (one) => {
      const { kind, text: said } = fields(one);
      return text(said) ? { kind: text(kind), text: text(said) } : null;
    }),
  };
}

export function readFiches(value: unknown): readonly Fiche[] {
  return list(fields(value)["fiches"], (one) => {
    const raw = fields(one);
    return text(raw["id"]) ? { id: text(raw["id"]), audience: text(raw["audience"]), title: text(raw["title"]) } : null;
  });
}
