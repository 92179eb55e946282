import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { length, momentWords } from "../ages";
import { icon } from "../icons";
import type { Aside, Named, Overview, Shelf } from "../letters/words";
import { fr } from "../strings/fr";
import { letters as t } from "../strings/letters";

export interface OverviewView {
  readonly overview: Overview | null;
  readonly failure: string | null;
  readonly now: number;
  readonly isBusy: (one: Aside) => boolean;
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
    ${overview?.aside ? asideView(overview.aside, view) : nothing}
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
