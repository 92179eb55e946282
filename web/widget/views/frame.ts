import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import type { Ending } from "../session";
import type { Strings } from "../strings";
import { unbroken } from "../words";

/** The round button. `news` is what waits behind it, in words; `count` is the figure beside it. */
export function launcherView(t: Strings, news: string, count: number, onOpen: () => void): TemplateResult {
  return html`<button type="button" class="launcher" @click=${onOpen}>
    ${icon("chat")}<span class="label">${t.launcher}</span>
    ${news ? html`<span class="badge" aria-hidden="true">${count || "…"}</span><span class="vh">, ${news}</span>` : nothing}
  </button>`;
}

/** Whose assistant it is, the menu and the way out. */
export function headView(
  t: Strings,
  town: string,
  isMenuOpen: boolean,
  onMenu: (event: Event) => void,
  onClose: () => void,
): TemplateResult {
  return html`<div class="head">
    <h2>${town} <span class="role">${t.assistant}</span></h2>
    <button
      type="button"
      class="round"
      aria-label=${t.menu}
      aria-haspopup="dialog"
      aria-expanded=${isMenuOpen}
      @click=${onMenu}
    >
      ${icon("menu")}
    </button>
    <button type="button" class="round" aria-label=${t.close} @click=${onClose}>${icon("close")}</button>
  </div>`;
}

/** What is left of an erased conversation: its receipt. */
export function endingView(t: Strings, { receipt, text }: Ending, onAgain: () => void): TemplateResult {
  return html`<div class="ending">
    <h3 tabindex="-1">${t.erased}</h3>
    <p>${unbroken(text || t.erasedElsewhere)}</p>
    ${receipt ? html`<p class="receipt"><span>${t.receipt}</span> <strong>${receipt}</strong></p>` : nothing}
    <button type="button" class="primary" @click=${onAgain}>${t.startAgain}</button>
  </div>`;
}
