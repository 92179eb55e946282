import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { length, momentWords } from "../ages";
import { icon } from "../icons";
import type { Aside, Held, Named, Overview, Shelf } from "../letters/words";
import { fr } from "../strings/fr";
import { letters as t } from "../strings/letters";

export interface OverviewView {
  readonly overview: Overview | null;
  readonly failure: string | null;
  readonly now: number;
  readonly isBusy: (one: Aside | Held) => boolean;
  readonly onHeld: (act: "acknowledge" | "drop", one: Held) => void;
  readonly onCase: (id: number) => void;
  readonly onService: (service: Named) => void;
  readonly onReal: (one: Aside) => void;
  readonly onRetry: () => void;
}

/** The open letters by service, what is late first; below, for the reception, what was put aside. */
export function overviewView(view: OverviewView): TemplateResult {
  const { overview, failure } = view;
  return html`<main class="letters" aria-labelledby="shelves-title">
    ${failure
      ? html`<div class="failure"><p class="problem">${icon("late")} ${failure}</p>
          <button type="button" class="plain" @click=${view.onRetry}>${fr.retry}</button></div>`
      : nothing}
    <section aria-labelledby="shelves-title">
      <h2 id="shelves-title" tabindex="-1">${t.shelves}</h2>
      <p class="hint">${t.shelvesHint}</p>
      ${overview ? shelvesView(overview.shelves, view) : failure ? nothing : html`<p role="status">${fr.loading}</p>`}
    </section>
    ${overview ? heldView(overview.held, view) : nothing} ${overview?.aside ? asideView(overview.aside, view) : nothing}
  </main>`;
}

function shelvesView(shelves: readonly Shelf[], { now, onService }: OverviewView): TemplateResult {
  if (!shelves.length) return html`<p class="nothing">${icon("check")}<span>${t.shelvesNone}</span></p>`;
  const { columns } = t;
  return html`<table aria-labelledby="shelves-title">
    <thead>
      <tr>
        <th scope="col">${columns.service}</th>
        ${[columns.late, columns.oldest, columns.urgent, columns.waiting, columns.taken].map((name) => html`<th scope="col" class="figure">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${repeat(
        shelves,
        ({ code }) => code,
        (one) => html`<tr>
          <th scope="row">
            <button type="button" class="linklike" aria-label=${t.seeService(one.name)} @click=${() => onService(one)}>${one.name}</button>
          </th>
          ${figure(columns.late, one.late, "late")}
          <td class="figure" data-name=${columns.oldest}>${since(one.oldest, now)}</td>
          ${figure(columns.urgent, one.urgent, "urgent")} ${figure(columns.waiting, one.waiting)} ${figure(columns.taken, one.taken)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A number; where it needs somebody it stands out, by its drawing too. */
function figure(name: string, count: number, chip?: "late" | "urgent"): TemplateResult {
  return html`<td class="figure ${count ? "" : "zero"}" data-name=${name}>
    ${chip && count ? html`<span class="chip ${chip}">${icon(chip)}${count}</span>` : count}
  </td>`;
}

function since(iso: string, now: number): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? "" : length(now - at);
}

/** Whose acknowledgement waits for a person: with one click each it goes, or never does. */
function heldView(held: readonly Held[], { now, isBusy, onHeld, onCase }: OverviewView): TemplateResult {
  return html`<section aria-labelledby="held-title">
    <h2 id="held-title" tabindex="-1">${t.held} <span class="count">${held.length}</span></h2>
    ${held.length
      ? html`<p class="hint">${t.heldHint}</p>
          <ul class="asides" role="list" aria-labelledby="held-title">
            ${repeat(
              held,
              ({ id }) => id,
              (one) => html`<li>
                <div class="aside-words">
                  <p class="aside-top">
                    <span class="chip">${icon("clock")}${one.why}</span>
                    <time class="facts" datetime=${one.at || nothing}>${t.heldSince(momentWords(one.at, now), since(one.at, now))}</time>
                  </p>
                  <h3 dir="auto" lang=${one.language || nothing}>${one.subject || fr.noSubject}</h3>
                  <p class="facts">
                    <bdi>${t.writtenBy([one.name, one.sender].filter(Boolean).join(", ") || t.nobody)}</bdi>
                    · <button type="button" class="linklike" aria-label=${t.heldOpen(one.number)} @click=${() => onCase(one.caseId)}>${one.number}</button>
                    · ${one.serviceName}
                  </p>
                  ${one.isTrusted ? nothing : html`<p class="facts">${t.heldStranger}</p>`}
                </div>
                <div class="held-acts">
                  ${one.isTrusted ? heldButton("acknowledge", one, isBusy(one), onHeld) : nothing}
                  ${heldButton("drop", one, isBusy(one), onHeld)}
                </div>
              </li>`,
            )}
          </ul>`
      : html`<p class="nothing">${icon("check")}<span>${t.heldNone}</span></p>`}
  </section>`;
}

function heldButton(act: "acknowledge" | "drop", one: Held, isBusy: boolean, onHeld: OverviewView["onHeld"]): TemplateResult {
  const subject = one.subject || fr.noSubject;
  const [drawn, words, label] =
    act === "drop" ? (["close", t.heldDrop, t.heldDropOf(subject, one.number)] as const) : (["send", t.heldSend, t.heldSendOf(subject, one.number)] as const);
  return html`<button type="button" class="plain small" aria-label=${label} aria-disabled=${isBusy} @click=${() => onHeld(act, one)}>${icon(drawn)}${words}</button>`;
}

function asideView(aside: readonly Aside[], { now, isBusy, onReal }: OverviewView): TemplateResult {
  return html`<section aria-labelledby="aside-title">
    <h2 id="aside-title" tabindex="-1">${t.aside} <span class="count">${aside.length}</span></h2>
    <p class="hint">${t.asideHint}</p>
    ${aside.length
      ? html`<ul class="asides" role="list">
          ${repeat(
            aside,
            ({ id }) => id,
            (one) => html`<li>
              <div class="aside-words">
                <p class="aside-top">
                  <span class="chip">${icon(one.form ? "form" : "mail")}${one.why}</span>
                  <span class="facts"><bdi>${t.writtenBy(one.name || one.sender || t.nobody)}</bdi></span>
                  <time class="facts" datetime=${one.at || nothing}>${momentWords(one.at, now)}</time>
                </p>
                <h3 dir="auto" lang=${one.language || nothing}>${one.subject || fr.noSubject}</h3>
                <p class="aside-text" dir="auto" lang=${one.language || nothing}>${one.text}</p>
              </div>
              <button type="button" class="plain small" aria-label=${t.isRealOf(one.subject || fr.noSubject)} aria-disabled=${isBusy(one)} @click=${() => onReal(one)}>
                ${icon("check")}${t.isReal}
              </button>
            </li>`,
          )}
        </ul>`
      : html`<p class="nothing">${icon("check")}<span>${t.asideNone}</span></p>`}
  </section>`;
}
