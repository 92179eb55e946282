import { html, nothing, type TemplateResult } from "lit";

import { ageOf, languageName } from "../ages";
import { channelIcon, icon } from "../icons";
import type { Row } from "../protocol";
import { fr as t } from "../strings/fr";
import { letters } from "../strings/letters";

export interface RowView {
  readonly row: Row;
  readonly me: number;
  readonly now: number;
  readonly isOpen: boolean;
  /** Whether Tab comes to this one. */
  readonly isReached: boolean;
  /** No longer under this tab, and only shown until nobody is in the list. */
  readonly isLeaving: boolean;
  readonly onOpen: () => void;
}

/** What a rule did with a case that nobody took. */
export function relayView({ relay }: Row): TemplateResult | typeof nothing {
  return relay
    ? html`<span class="chip ${relay.isTold ? "late" : ""}" title=${relay.text}
        >${icon(relay.isTold ? "late" : "forward")}<bdi>${relay.name}</bdi></span
      >`
    : nothing;
}

/** One case in the queue: what it is about first, then all that tells whether it is the next one to take. */
export function rowView({ row, me, now, isOpen, isReached, isLeaving, onOpen }: RowView): TemplateResult {
  const age = ageOf(row, now);
  const language = languageName(row.language);
  const isForm = row.kind !== "question";
  return html`<button
    type="button"
    class="row ${row.state} ${isLeaving ? "leaving" : ""}"
    data-id=${row.id}
    tabindex=${isReached ? 0 : -1}
    aria-current=${isOpen ? "true" : nothing}
    @click=${onOpen}
  >
    <span class="row-top">
      <span class="row-channel">${channelIcon(row.channel)}<span>${row.channelName}</span></span>
      <span class="row-age">${age.words}</span>
    </span>
    <span class="row-subject" lang=${row.language || nothing} dir="auto">${row.subject || t.noSubject}</span>
    <span class="row-facts">
      <span class="row-service">${row.serviceName}</span>
      ${row.agent && row.state === "taken"
        ? html`<span class="row-agent"
            >${icon("person")}<bdi>${row.agent.id === me ? t.withYou : t.withAgent(row.agent.name)}</bdi></span
          >`
        : nothing}
    </span>
    ${row.urgent || age.hurry || row.callback || isForm || language || row.newReply || row.alike || row.offered || row.relay || row.state === "closed"
      ? html`<span class="row-chips">
          ${row.urgent ? html`<span class="chip urgent">${icon("urgent")}${t.urgent}</span>` : nothing}
          ${age.hurry ? html`<span class="chip ${age.lateness}">${icon(age.lateness === "late" ? "late" : "clock")}${age.hurry}</span>` : nothing}
          ${row.offered
            ? html`<span class="chip ${row.offered.id === me ? "offered" : ""}"
                >${icon("person")}<bdi>${row.offered.id === me ? t.offeredToYou : t.offeredTo(row.offered.name)}</bdi></span
              >`
            : nothing}
          ${relayView(row)}
          ${row.newReply ? html`<span class="chip news">${icon("chat")}${letters.newReply}</span>` : nothing}
          ${row.callback ? html`<span class="chip">${icon("phone")}${t.callback}</span>` : nothing}
          ${isForm ? html`<span class="chip">${icon(row.kind === "appointment" ? "calendar" : "form")}${row.kindName}</span>` : nothing}
          ${language ? html`<span class="chip">${icon("globe")}${language}</span>` : nothing}
          ${row.alike ? html`<span class="chip">${icon("lines")}${letters.alikeRow(row.alike)}</span>` : nothing}
          ${row.state === "closed" ? html`<span class="chip">${icon("check")}${t.closedRow}</span>` : nothing}
        </span>`
      : nothing}
  </button>`;
}
