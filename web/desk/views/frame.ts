import { html, nothing, type TemplateResult } from "lit";

import type { Api } from "../api";
import { icon } from "../icons";
import type { Link } from "../live";
import type { Page } from "../pages";
import type { Me } from "../protocol";
import type { Storage } from "../storage";
import { fr as t } from "../strings/fr";

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
      ${isSignedOut ? html`<p><a href="/desk/login">${t.signIn}</a></p>` : nothing}
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
      ${icon("lock")}<span>${t.signedOutBanner}</span> <a href="/desk/login">${t.signIn}</a>
    </section>`;
  }
  if (link !== "lost") return nothing;
  return html`<section class="banner" aria-label=${t.link}>${icon("late")}<span>${t.lost}</span></section>`;
}

/** The page of the town's articles, an element of its own. */
export function articlesView(api: Api, storage: Storage, tell: (words: string) => void, me: Me, wanted: string | null): TemplateResult {
  return html`<guichet-articles .api=${api} .storage=${storage} .tell=${tell} .me=${me} .wanted=${wanted}></guichet-articles>`;
}
