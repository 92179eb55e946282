import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon, type IconName } from "../icons";
import { isNarrowed, type Filters } from "../insights/filters";
import { changeWords, daysBetween, numberWords, pointsWords, shareWords, spanWords } from "../insights/formatting";
import type { Card, Figures, Finding, Insights } from "../insights/words";
import type { Page } from "../pages";
import { fr } from "../strings/fr";
import { insights as t } from "../strings/insights";
import { daysView } from "./insights-days";
import { filtersView } from "./insights-filters";
import { hoursView, mailsView, rowsView, timesView, unclaimedView } from "./insights-tables";

export interface InsightsView {
  readonly insights: Insights;
  readonly figures: Figures;
  readonly filters: Filters;
  readonly town: string;
  readonly isBusy: boolean;
  /** Of the drawing, in px. */
  readonly width: number;
  readonly unfolded: ReadonlySet<string>;
  /** The finding that is about to be put away. */
  readonly asked: number | null;
  readonly fileOf: (table: string) => string;
  readonly onFilter: (change: Partial<Filters>) => void;
  readonly onUnfold: (table: string) => void;
  readonly onAsk: (finding: Finding | null) => void;
  readonly onDismiss: (finding: Finding) => void;
  readonly onJump: (target: string) => void;
  readonly onPage: (page: Page) => void;
  readonly onService: (service: { code: string; name: string }) => void;
}

const DRAWN: Readonly<Record<string, IconName>> = { gap: "doubt", late: "clock", silence: "mail", surge: "chart", standstill: "late" };
const CARD_PAGES: Readonly<Record<string, Page>> = { contained: "topics", helped: "samples", satisfaction: "cases" };

/** The page before there is anything to show. */
export function waitingView(failure: string | null, onRetry: () => void, onUsual: (() => void) | null): TemplateResult {
  return html`<main class="insights" aria-labelledby="insights-title">
    <h2 id="insights-title" class="vh" tabindex="-1">${t.title}</h2>
    ${failure ? failureView(failure, onRetry, onUsual) : html`<p role="status" class="none">${t.loading}</p>`}
  </main>`;
}

export function failureView(failure: string, onRetry: () => void, onUsual: (() => void) | null): TemplateResult {
  return html`<div class="failure">
    <p class="problem">${icon("late")} ${failure}</p>
    ${onUsual ? html`<button type="button" class="plain" @click=${onUsual}>${t.usual}</button>` : nothing}
    <button type="button" class="plain" @click=${onRetry}>${fr.retry}</button>
  </div>`;
}

/** A sentence first, then what to look at, four figures, and what they are made of. */
export function insightsView(view: InsightsView, failure: string | null, onRetry: () => void, onUsual: (() => void) | null): TemplateResult {
  const { figures, filters } = view;
  const days = daysBetween(figures.first, figures.last);
  const isEmpty = !figures.whole.contacts && !figures.whole.before;
  return html`<main class="insights ${view.isBusy ? "busy" : ""}" aria-labelledby="insights-title" aria-busy=${view.isBusy}>
    <p class="printed">${t.printed(view.town, spanWords(figures.first, figures.last), narrowedWords(view))}</p>
    <header>
      <div>
        <h2 id="insights-title" tabindex="-1">${t.sentence(filters.days, figures.first, figures.last, figures.whole)}</h2>
        ${isEmpty ? nothing : trendView(figures, days)}
      </div>
      <button type="button" class="plain small print" @click=${() => print()}>${icon("page")}${t.print}</button>
    </header>
    ${filtersView(view)} ${failure ? failureView(failure, onRetry, onUsual) : nothing} ${noticesView(view)}
    ${isEmpty && !figures.findings.length
      ? emptyView(view)
      : html`${findingsView(view)} ${cardsView(view)}
          <div class="parts">
            ${daysView(view)} ${hoursView(view)} ${rowsView("topics", view)} ${rowsView("services", view)} ${rowsView("channels", view)}
            ${rowsView("statuses", view)} ${rowsView("causes", view)} ${rowsView("languages", view)} ${timesView(view)} ${unclaimedView(view)} ${mailsView(view)}
          </div>`}
  </main>`;
}

/** What has to be known before the figures are believed; that there is nothing to compare with stands where that is done. */
function noticesView({ figures: { notices } }: InsightsView): TemplateResult | typeof nothing {
  const said = notices.filter(({ key }) => key !== "young");
  if (!said.length) return nothing;
  return html`<ul class="notices" role="list" aria-label=${t.notices}>
    ${said.map(({ key, text }) => html`<li data-key=${key}>${icon(key === "counting" ? "clock" : "late")}<p>${text}</p></li>`)}
  </ul>`;
}

/** The last week and month against those before them, where the whole span is longer. */
function trendView({ week, month, first, last }: Figures, days: number): TemplateResult {
  const said = ([[7, week], [30, month]] as const).filter(([length]) => days > length);
  return html`${said.map(([length, moved]) => {
    const from = new Date(Date.parse(last) - (length - 1) * 86_400_000).toISOString().slice(0, 10);
    return html`<p class="trend">${t.sentence(0, from < first ? first : from, last, moved)}</p>`;
  })}`;
}

function emptyView({ filters, onFilter }: InsightsView): TemplateResult {
  return html`<div class="empty">
    ${icon("chart")}
    <p>${isNarrowed(filters) ? t.emptyFilters : t.emptyTown}</p>
    ${isNarrowed(filters)
      ? html`<button type="button" class="plain" @click=${() => onFilter({ channel: "", service: "", language: "" })}>${t.clear}</button>`
      : nothing}
  </div>`;
}

function narrowedWords({ insights, filters }: InsightsView): string {
  const { channels, services, languages } = insights.choices;
  const chosen = [[channels, filters.channel], [services, filters.service], [languages, filters.language]] as const;
  return chosen.flatMap(([choices, key]) => (key ? [choices.find((one) => one.key === key)?.name ?? key] : [])).join(", ");
}

function findingsView(view: InsightsView): TemplateResult {
  const { findings, notices } = view.figures;
  const young = notices.find(({ key }) => key === "young");
  return html`<section class="watch" aria-labelledby="watch-title">
    <h3 id="watch-title" tabindex="-1">${t.watch}</h3>
    ${findings.length
      ? html`<p class="hint">${t.watchHint}</p>
          <ul role="list">
            ${repeat(findings, ({ id }) => id, (one) => findingView(one, view))}
          </ul>`
      : html`<p class="none">${young ? nothing : icon("check")}${young ? t.watchYoung : t.watchNone}</p>`}
    ${young ? html`<p class="hint young">${young.text}</p>` : nothing}
  </section>`;
}

function findingView(one: Finding, view: InsightsView): TemplateResult {
  const action = t.actions[one.sort];
  return html`<li data-id=${one.id}>
    ${icon(DRAWN[one.sort] ?? "doubt")}
    <div class="words">
      <p><bdi>${one.sentence}</bdi></p>
      <p class="hint">${one.firstDay && one.lastDay ? spanWords(one.firstDay, one.lastDay) : ""}</p>
    </div>
    ${view.asked === one.id
      ? html`<div class="acts ask" role="group" aria-label=${t.askSeen}>
          <span class="hint">${t.askSeen}</span>
          <button type="button" class="primary small" @click=${() => view.onDismiss(one)}>${t.confirmSeen}</button>
          <button type="button" class="plain small" @click=${() => view.onAsk(null)}>${fr.cancel}</button>
        </div>`
      : html`<div class="acts">
          ${action ? html`<button type="button" class="plain small" @click=${() => follow(one, view)}>${action}</button>` : nothing}
          <button type="button" class="plain small seen" aria-label=${t.seenOf(one.sentence)} @click=${() => view.onAsk(one)}>${icon("check")}${t.seen}</button>
        </div>`}
  </li>`;
}

/** Where something can be done about it. */
function follow(one: Finding, view: InsightsView): void {
  const service = view.insights.choices.services.find(({ key }) => key === one.subject);
  if (one.sort === "gap") view.onPage("topics");
  else if (one.sort === "late" && service) view.onService({ code: service.key, name: service.name });
  else if (one.sort === "late" || one.sort === "standstill") view.onPage("cases");
  else view.onFilter({ days: 0, first: one.firstDay, last: one.lastDay, ...(one.sort === "silence" && { channel: one.subject }) });
}

function cardsView(view: InsightsView): TemplateResult {
  return html`<section aria-labelledby="cards-title">
    <h3 id="cards-title" class="vh">${t.cardsTitle}</h3>
    <ul class="cards" role="list">${view.figures.cards.map((card) => cardView(card, view))}</ul>
  </section>`;
}

function cardView(card: Card, view: InsightsView): TemplateResult {
  const [title, hint] = t.cards[card.key] ?? [card.key, ""];
  const { value, change } = card;
  const words = change === null ? t.noBefore : t.against(card.isShare ? pointsWords(change) : changeWords(change));
  const page = CARD_PAGES[card.key];
  return html`<li class="figure-card">
    <h4>${title}</h4>
    ${value === null
      ? html`<p class="unmeasured">${t.unmeasured}</p>`
      : html`<p class="value">${card.isShare ? shareWords(value) : numberWords(value)}</p><p class="change">${words}</p>`}
    <p class="hint">${hint}</p>
    ${page || card.key === "contacts"
      ? html`<button type="button" class="linklike" @click=${() => (page ? view.onPage(page) : view.onJump("#hours-title"))}>${t.cardActions[card.key]}</button>`
      : nothing}
  </li>`;
}
