import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../icons";
import type { Me, Row, View } from "../protocol";
import type { Queueing } from "../queueing";
import { fr as t } from "../strings/fr";
import { letters } from "../strings/letters";
import { rowView } from "./row";
import { undeliveredView, type UndeliveredView } from "./undelivered";

export interface QueueView extends UndeliveredView {
  readonly queueing: Queueing;
  readonly me: Me;
  readonly now: number;
  readonly opened: number | null;
  /** Whether single letters do something. */
  readonly shortcuts: boolean;
  readonly onLook: (view: View) => void;
  readonly onOpen: (row: Row) => void;
  readonly onTake: (row: Row) => void;
  readonly onSheet: () => void;
  readonly onRetry: () => void;
}

/** The queue: tabs, what waits to come in, and the rows. One of them is reached by Tab; keys move from there. */
export function queueView(view: QueueView): TemplateResult {
  const { queueing, me } = view;
  const { list, counts } = queueing;
  const reached = list.rows.some(({ id }) => id === queueing.current) ? queueing.current : (list.rows[0]?.id ?? null);
  return html`<section
    id="pane-queue"
    class="pane queue"
    aria-labelledby="queue-title"
    @pointerenter=${(event: PointerEvent) => queueing.point(event.pointerType === "mouse")}
    @pointerleave=${() => queueing.point(false)}
  >
    <h2 id="queue-title" class="vh" tabindex="-1">${t.queue}</h2>
    <div class="tabs" role="tablist" aria-label=${t.tabs} @keydown=${(event: KeyboardEvent) => moveTab(event, view)}>
      ${me.views.map(
        (one) => html`<button
          type="button"
          role="tab"
          id="tab-${one}"
          aria-selected=${one === queueing.view}
          aria-controls="rows"
          tabindex=${one === queueing.view ? 0 : -1}
          @click=${() => view.onLook(one)}
        >
          <span>${t.views[one]}</span>${counts[one] === undefined ? nothing : html` <span class="count">${counts[one]}</span>`}
        </button>`,
      )}
    </div>
    ${queueing.service
      ? html`<p class="only-service">
          <span>${letters.onlyService(queueing.service.name)}</span>
          <button type="button" class="plain small" @click=${() => void queueing.look(queueing.view, null)}>${icon("close")}${letters.allServices}</button>
        </p>`
      : nothing}
    ${undeliveredView(view)}
    <div id="rows" class="rows" role="tabpanel" aria-labelledby="tab-${queueing.view}" tabindex=${list.rows.length ? nothing : 0}>
      ${list.held.length
        ? html`<button type="button" class="held" @click=${() => queueing.show()}>${icon("inbox")} ${t.held(list.held.length)}</button>`
        : nothing}
      ${queueing.failure
        ? html`<div class="empty">
            <p>${queueing.failure}</p>
            <button type="button" class="plain" @click=${view.onRetry}>${t.retry}</button>
          </div>`
        : nothing}
      ${list.rows.length
        ? html`<ul
              role="list"
              aria-label=${t.rows(t.views[queueing.view])}
              aria-describedby="keys-hint"
              @keydown=${(event: KeyboardEvent) => onKey(event, view)}
              @focusin=${(event: FocusEvent) => onFocus(event, queueing)}
              @focusout=${(event: FocusEvent) => onBlur(event, queueing)}
            >
              ${repeat(
                list.rows,
                ({ id }) => id,
                (row) => html`<li>
                  ${rowView({
                    row,
                    me: me.agent.id,
                    now: view.now,
                    isOpen: row.id === view.opened,
                    isReached: row.id === reached,
                    isLeaving: list.leaving.has(row.id),
                    onOpen: () => view.onOpen(row),
                  })}
                </li>`,
              )}
            </ul>
            <p id="keys-hint" class="keys-hint">${view.shortcuts ? t.keysHint : t.keysHintOff}</p>`
        : queueing.failure
          ? nothing
          : html`<div class="empty">
              ${icon("inbox")}
              <p>${queueing.isLoading ? t.loading : t.empties[queueing.view]}</p>
              ${queueing.isLoading ? nothing : html`<p class="hint">${t.emptyHint}</p>`}
            </div>`}
    </div>
  </section>`;
}

function moveTab(event: KeyboardEvent, { me, queueing, onLook }: QueueView): void {
  const at = me.views.indexOf(queueing.view);
  const last = me.views.length - 1;
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = me.views[(to + me.views.length) % me.views.length];
  if (!next) return;
  onLook(next);
  (event.currentTarget as Element).querySelector<HTMLElement>(`#tab-${next}`)?.focus();
}

function onKey(event: KeyboardEvent, view: QueueView): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const { queueing, shortcuts } = view;
  const letter = shortcuts ? event.key.toLowerCase() : "";
  const step = event.key === "ArrowDown" || letter === "j" ? 1 : event.key === "ArrowUp" || letter === "k" ? -1 : null;
  const row = queueing.list.rows.find(({ id }) => id === queueing.current);
  if (step) {
    const next = queueing.move(step);
    const list = event.currentTarget as Element;
    if (next) list.querySelector<HTMLElement>(`[data-id="${next.id}"]`)?.focus();
  } else if (letter === "t" && row) view.onTake(row);
  else if (event.key === "?" && shortcuts) view.onSheet();
  else return;
  event.preventDefault();
}

function onFocus(event: FocusEvent, queueing: Queueing): void {
  const id = Number((event.target as HTMLElement).dataset["id"]);
  if (id) queueing.current = id;
  queueing.focus(true);
}

function onBlur(event: FocusEvent, queueing: Queueing): void {
  const list = event.currentTarget as Element;
  if (!list.contains(event.relatedTarget as Node | null)) queueing.focus(false);
}
