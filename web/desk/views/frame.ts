import { html, nothing, type TemplateResult } from "lit";

import type { Api } from "../api";
import { icon } from "../icons";
import type { Link } from "../live";
import type { Named } from "../letters/words";
import { doorAddress, LEARNING, maySee, type Page, type Pages } from "../pages";
import type { Me } from "../protocol";
import type { Storage } from "../storage";
import { fr as t } from "../strings/fr";
import { linkView } from "./links";

/** Which pane is shown where there is room for one. */
export type Pane = "queue" | "talk" | "side";

/** What is shown before it is known who is signed in, and where that cannot be known. */
export function doorView(failure: string | null, isSignedOut: boolean, onRetry: () => void): TemplateResult {
  return html`<div class="root door" lang="fr">
    <main>
      <h1>${t.title}</h1>
      ${failure
        ? html`<p class="problem">${t.noDesk} ${failure}</p>
            <button type="button" class="primary" @click=${onRetry}>${t.retry}</button>`
        : html`<p role="status">${isSignedOut ? t.signedOutTitle : t.connecting}</p>`}
      ${isSignedOut ? html`<p><a href=${doorAddress()}>${t.signIn}</a></p>` : nothing}
    </main>
  </div>`;
}

/** The ways past everything for who goes by keyboard, seen when they have the focus. */
export function skipsView(page: Page, isOpened: boolean, go: (pane: Pane, target: string) => void): TemplateResult | typeof nothing {
  if (page !== "cases") return nothing;
  const skip = (words: string, pane: Pane, target: string): TemplateResult =>
    html`<li><button type="button" @click=${() => go(pane, target)}>${words}</button></li>`;
  return html`<nav class="skips" aria-label=${t.skips}>
    <ul role="list">
      ${skip(t.toQueue, "queue", '.rows [tabindex="0"]')} ${skip(t.toTalk, "talk", "#talk-title")}
      ${isOpened ? html`${skip(t.toWriting, "talk", "#reply, #note")} ${skip(t.toSide, "side", "#side-title")}` : nothing}
    </ul>
  </nav>`;
}

/** Why nothing can be sent now, above all panes. */
export function bannerView(isSignedOut: boolean, link: Link): TemplateResult | typeof nothing {
  if (isSignedOut) {
    return html`<section class="banner" aria-label=${t.link}>
      ${icon("lock")}<span>${t.signedOutBanner}</span> <a href=${doorAddress()}>${t.signIn}</a>
    </section>`;
  }
  if (link !== "lost") return nothing;
  return html`<section class="banner" aria-label=${t.link}>${icon("late")}<span>${t.lost}</span></section>`;
}

/** What a page beside that of the cases needs. */
export interface Beside {
  readonly api: Api;
  readonly storage: Storage;
  readonly tell: (words: string) => void;
  readonly me: Me;
  /** Whether single letters do something. */
  readonly shortcuts: boolean;
  readonly onService: (service: Named) => void;
  readonly onCase: (id: number) => void;
}

/** The pages beside that of the cases, elements of their own. */
export function besideView(pages: Pages, beside: Beside): TemplateResult {
  const page = pages.current;
  if (!maySee(page, beside.me.agent.role)) {
    return html`<main class="empty large">${icon("lock")}<h2 tabindex="-1">${t.notYours}</h2><p class="hint">${t.notYoursHelp}</p></main>`;
  }
  if (!LEARNING.includes(page)) return pageView(pages, beside);
  return html`<nav class="learning" aria-label=${t.learning}>
      ${LEARNING.filter((one) => maySee(one, beside.me.agent.role)).map((one) => linkView(one, t.pages[one], one === page, (wanted) => pages.go(wanted)))}
    </nav>
    ${pageView(pages, beside)}`;
}

function pageView(pages: Pages, { api, storage, tell, me, shortcuts, onService, onCase }: Beside): TemplateResult {
  const onArticle = (id: string): void => pages.go("articles", id);
  const onSearch = (search: string): void => pages.choose(search);
  switch (pages.current) {
    case "letters":
      return html`<guichet-letters .api=${api} .tell=${tell} .onService=${onService} .onCase=${onCase}></guichet-letters>`;
    case "topics":
      return html`<guichet-topics .api=${api} .tell=${tell} .me=${me} .search=${pages.search} .onSearch=${onSearch} .onArticle=${onArticle}></guichet-topics>`;
    case "teaching":
      return html`<guichet-teaching .api=${api} .tell=${tell} .shortcuts=${shortcuts}></guichet-teaching>`;
    case "samples":
      return html`<guichet-samples .api=${api} .tell=${tell} .shortcuts=${shortcuts} .search=${pages.search} .onSearch=${onSearch}></guichet-samples>`;
    case "insights":
      return html`<guichet-insights .api=${api} .tell=${tell} .me=${me} .search=${pages.search} .onSearch=${onSearch} .pages=${pages} .onService=${onService}></guichet-insights>`;
    default:
      return html`<guichet-articles .api=${api} .storage=${storage} .tell=${tell} .me=${me} .wanted=${pages.article}></guichet-articles>`;
  }
}
