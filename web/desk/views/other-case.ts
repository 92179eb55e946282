import { html, nothing, type TemplateResult } from "lit";

import { fr as t } from "../strings/fr";
import type { OtherCase } from "../words";

/** A line that names another case; a button where the agent may open it. */
export function otherCase({ id, number, serviceName, subject }: OtherCase, onOpenCase: (id: number) => void): TemplateResult {
  return html`<li>
    ${id === null
      ? html`<span class="number">${number}</span>`
      : html`<button type="button" class="linklike" aria-label=${t.openCase(number)} @click=${() => onOpenCase(id)}>${number}</button>`}
    <span class="facts">${serviceName}</span>
    ${subject ? html`<span class="words" dir="auto">${subject}</span>` : nothing}
  </li>`;
}
