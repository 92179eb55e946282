import { html, nothing, type TemplateResult } from "lit";

import { icon, type IconName } from "../icons";
import type { Delivery, DeliveryState } from "../protocol";
import { fr as t } from "../strings/fr";

const SIGNS: Readonly<Record<DeliveryState, IconName>> = {
  waiting: "clock",
  sent: "check",
  delivered: "checks",
  read: "eye",
  failed: "late",
};

/** What became of a reply, in words; a change of it is no new line, and is not read aloud by the log. */
export function deliveryView(delivery: Delivery, again: { readonly isBusy: boolean; readonly onAgain: () => void }): TemplateResult {
  const { state, doubtful } = delivery;
  const hasFailed = state === "failed";
  return html`<div class="delivery ${state}" aria-live="off">
    <p>${icon(SIGNS[state])}<span>${wordsOf(delivery)}</span></p>
    ${doubtful ? html`<p class="doubtful">${icon("doubt")}<span>${hasFailed ? t.maybeReceived : t.maybeTwice}</span></p>` : nothing}
    ${hasFailed
      ? html`<button type="button" class="plain small" aria-disabled=${again.isBusy} @click=${again.onAgain}>${icon("send")}${t.again}</button>`
      : nothing}
  </div>`;
}

function wordsOf({ state, reason }: Delivery): string {
  if (state === "failed") return t.notDelivered(reason);
  return state === "waiting" && reason ? t.stillWaiting(reason) : t.deliveries[state];
}
