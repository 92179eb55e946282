import { html, nothing, type TemplateResult } from "lit";

import { addressOf, type Page } from "../pages";

/** A link to a page of the desk: followed without loading it anew, unless somebody wants it in another tab. */
export function linkView(page: Page, words: TemplateResult | string, isCurrent: boolean, onPage: (page: Page) => void): TemplateResult {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onPage(page);
  };
  return html`<a href=${addressOf(page)} aria-current=${isCurrent ? "page" : nothing} @click=${follow}>${words}</a>`;
}
