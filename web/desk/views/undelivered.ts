import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { momentWords } from "../ages";
import { channelIcon, icon } from "../icons";
import type { GivenUp } from "../protocol";
import { fr as t } from "../strings/fr";
import { keyOf, type Undelivered } from "../undelivered";

export interface UndeliveredView {
  readonly undelivered: Undelivered;
  readonly now: number;
  readonly onToggle: () => void;
  readonly onSettle: (act: "again" | "dismiss", item: GivenUp) => void;
  readonly onOpenCase: (id: number) => void;
}

/** Replies that were given up: a strip above the queue while there are any, and their list under it on demand. */
export function undeliveredView(view: UndeliveredView): TemplateResult | typeof nothing {
  const { undelivered } = view;
  if (!undelivered.count) return nothing;
  return html`<div class="undelivered">
    <button
      type="button"
      class="undelivered-strip"
      aria-expanded=${undelivered.isOpen}
      aria-controls="undelivered"
      @click=${view.onToggle}
    >
      ${icon("late")}<span>${t.undelivered}</span> <span class="count">${undelivered.count}</span>${icon("down")}
    </button>
    <div id="undelivered" class="undelivered-list" ?hidden=${!undelivered.isOpen}>
      ${undelivered.failure ? html`<p class="problem">${undelivered.failure}</p>` : nothing}
      ${undelivered.isLoading ? html`<p class="hint">${t.loading}</p>` : nothing}
      <ul role="list" aria-label=${t.undeliveredList}>
        ${repeat(undelivered.items, keyOf, (item) => itemView(item, view))}
      </ul>
    </div>
  </div>`;
}

function itemView(item: GivenUp, view: UndeliveredView): TemplateResult {
  const isBusy = view.undelivered.isBusy(item);
  const words = item.text || t.noSubject;
  const { case: about } = item;
  return html`<li>
    <p class="row-top">
      <span class="row-channel">${channelIcon(item.channel)}<span>${item.channelName}</span></span>
      ${about
        ? html`<button type="button" class="linklike" aria-label=${t.openCase(about.number)} @click=${() => view.onOpenCase(about.id)}>
            ${about.number}
          </button>`
        : nothing}
      <time datetime=${item.at || nothing}>${momentWords(item.at, view.now)}</time>
    </p>
    <p class="given-up-words" dir="auto">${words}</p>
    <p class="problem">${t.notDelivered(item.reason)}</p>
    ${item.doubtful ? html`<p class="doubtful">${icon("doubt")}<span>${t.maybeReceived}</span></p>` : nothing}
    <p class="given-up-acts">
      <button type="button" class="plain small" aria-label="${t.again} : ${words}" aria-disabled=${isBusy} @click=${() => view.onSettle("again", item)}>
        ${icon("send")}${t.again}
      </button>
      <button type="button" class="plain small" aria-label="${t.dismiss} : ${words}" aria-disabled=${isBusy} @click=${() => view.onSettle("dismiss", item)}>
        ${icon("check")}${t.dismiss}
      </button>
    </p>
  </li>`;
}
