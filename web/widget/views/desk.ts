import { html, nothing, type TemplateResult } from "lit";

import type { Desk } from "../desk";
import { icon } from "../icons";
import type { Strings } from "../strings";
import { standingWords } from "../telling";
import { unbroken } from "../words";

/** Who has the conversation, above it; nothing for a bot that always had it. The status line tells its changes. */
export function deskView({ standing, isBack }: Desk, t: Strings): TemplateResult | typeof nothing {
  const { state, name } = standing;
  if (state === "bot" && !isBack) return nothing;
  const { headline, facts } = standingWords(standing, t);
  return html`<div class="desk ${state}">
    ${state === "agent" ? initial(name) : icon(state === "waiting" ? "clock" : "chat")}
    <div>
      <p class="headline">${unbroken(headline)}</p>
      ${facts.length
        ? html`<p class="facts">${facts.map((fact, at) => html`${at ? " · " : ""}<span>${unbroken(fact)}</span>`)}</p>`
        : nothing}
    </div>
  </div>`;
}

/** The first letter of a name, for the eye; the name stands beside it. */
export function initial(name: string): TemplateResult | typeof nothing {
  const letter = [...name.trim()][0];
  return letter ? html`<span class="initial" aria-hidden="true">${letter.toLocaleUpperCase()}</span>` : nothing;
}
