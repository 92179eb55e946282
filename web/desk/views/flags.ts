import { html, nothing, type TemplateResult } from "lit";

import type { Flag } from "../flags";
import { icon } from "../icons";
import { fr as t } from "../strings/fr";

/** What nobody can vouch for in the reply; the region stands there before it has words, so that they are read out. */
export function flagsView(flags: readonly Flag[]): TemplateResult {
  return html`<div id="writing-flags" class="flags" role="status">
    ${flags.length
      ? html`<p>${icon("late")}<span>${t.flagged(flags.length)} ${flags.map(
          ({ words }, at) => html`${at ? ", " : nothing}<strong>${words}</strong>`,
        )}</span></p>`
      : nothing}
  </div>`;
}
