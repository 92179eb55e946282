import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { momentWords } from "../ages";
import { icon } from "../icons";
import type { Moving } from "../moving";
import { fr } from "../strings/fr";
import { letters as t } from "../strings/letters";
import type { Trouble } from "../troubles";

export interface StripsView {
  readonly troubles: readonly Trouble[];
  readonly moving: Moving;
  readonly now: number;
  readonly onMoveBack: () => void;
}

/** More than these are folded: the page is there for the cases. */
const SHOWN = 2;

/** Above all panes: what does not work, and the last transfer while it can be taken back. */
export function stripsView({ troubles, moving, now, onMoveBack }: StripsView): TemplateResult {
  return html`${troubles.length
    ? html`<section class="banner troubles" aria-label=${t.troubles}>
        ${troublesView(troubles.slice(0, SHOWN), now)}
        ${troubles.length > SHOWN
          ? html`<details>
              <summary>${t.troublesMore(troubles.length - SHOWN)}</summary>
              ${troublesView(troubles.slice(SHOWN), now)}
            </details>`
          : nothing}
      </section>`
    : nothing}
  ${moving.moved || moving.failure ? movedView(moving, onMoveBack) : nothing}`;
}

function troublesView(troubles: readonly Trouble[], now: number): TemplateResult {
  return html`<ul role="list">
    ${repeat(
      troubles,
      ({ id }) => id,
      ({ words, since }) =>
        html`<li>${icon("late")}<span>${words}${since ? html` <time datetime=${since}>${t.troubleSince(momentWords(since, now))}</time>` : nothing}</span></li>`,
    )}
  </ul>`;
}

function movedView(moving: Moving, onMoveBack: () => void): TemplateResult {
  const { moved, failure, isBusy } = moving;
  return html`<section class="moved" aria-label=${t.movedLabel}>
    <p>${icon(moved ? "forward" : "late")}<span>${moved ? t.moved(moved.number, moved.toName) : failure}</span></p>
    ${moved
      ? html`<button type="button" class="plain small" aria-disabled=${isBusy} @click=${onMoveBack}>${icon("undo")}${t.undoMove}</button>`
      : nothing}
    <button type="button" class="round" aria-label=${fr.close} @click=${() => moving.forget()}>${icon("close")}</button>
  </section>`;
}
