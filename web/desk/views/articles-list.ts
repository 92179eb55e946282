import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { dayWords, momentWords } from "../ages";
import { FILTERS, ORDERS, type Listed, type Order } from "../articles/listed";
import type { ArticleRow, Fiche } from "../articles/words";
import { icon } from "../icons";
import { articles as t } from "../strings/articles";

/** The search for a fiche to add the town's own words to. */
export interface FicheSearch {
  readonly words: string;
  /** Null before the first search. */
  readonly found: readonly Fiche[] | null;
  readonly failure: string | null;
}

export interface ListView {
  readonly listed: Listed;
  readonly now: number;
  readonly unsaved: ReadonlySet<string>;
  /** An article that has just been removed, by its title; null if there is none. */
  readonly removed: string | null;
  readonly problem: string | null;
  /** Null while it is not open. */
  readonly fiches: FicheSearch | null;
  readonly onOpen: (id: string) => void;
  readonly onNew: () => void;
  readonly onUndo: () => void;
  readonly onForget: () => void;
  readonly onFiches: (open: boolean) => void;
  readonly onFicheWords: (words: string) => void;
  readonly onFicheSearch: () => void;
  readonly onFiche: (fiche: Fiche) => void;
}

/** All articles of the agent's services: search, state, order, and what each was good for. */
export function listView(view: ListView): TemplateResult {
  const { listed } = view;
  return html`<main class="articles" aria-labelledby="articles-title">
    <div class="list-head">
      <div>
        <h2 id="articles-title" tabindex="-1">${t.title}</h2>
        <p class="hint">${t.about}</p>
      </div>
      <div class="ways">
        <button type="button" class="plain" aria-expanded=${view.fiches !== null} aria-controls="fiches" @click=${() => view.onFiches(!view.fiches)}>
          ${icon("page")}${t.overlay}
        </button>
        <button type="button" class="primary create" @click=${view.onNew}>${icon("plus")}${t.create}</button>
      </div>
    </div>
    ${view.removed !== null
      ? html`<div class="notice-bar" role="group" aria-label=${t.removed(view.removed)}>
          <p>${icon("trash")}<span>${t.removed(view.removed)}</span></p>
          <button type="button" class="plain small undo-remove" @click=${view.onUndo}>${icon("undo")}${t.undo}</button>
          <button type="button" class="round" aria-label=${t.close} @click=${view.onForget}>${icon("close")}</button>
        </div>`
      : nothing}
    ${view.problem ? html`<p class="problem">${icon("late")} ${view.problem}</p>` : nothing}
    ${view.fiches ? fichesView(view.fiches, view) : nothing} ${toolsView(listed)}
    ${listed.failure
      ? html`<div class="empty">
          <p>${listed.failure}</p>
          <button type="button" class="plain" @click=${() => void listed.load()}>${t.retry}</button>
        </div>`
      : rowsView(view)}
  </main>`;
}

function toolsView(listed: Listed): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    void listed.load(true);
  };
  return html`<div class="tools">
    <form role="search" aria-label=${t.search} @submit=${submit}>
      <label class="vh" for="article-search">${t.searchField}</label>
      <input
        id="article-search"
        type="search"
        maxlength="200"
        autocomplete="off"
        placeholder=${t.searchField}
        .value=${listed.words}
        @input=${(event: Event) => {
          listed.words = (event.target as HTMLInputElement).value;
          // The cross of the field empties it without sending the form.
          if (!listed.words) void listed.load(true);
        }}
      />
      <button type="submit" class="plain" aria-label=${t.search}>${icon("search")}</button>
    </form>
    <fieldset class="filters">
      <legend class="vh">${t.filterLabel}</legend>
      ${FILTERS.map(
        (one) => html`<label>
          <input type="radio" name="filter" .checked=${listed.filter === one} @change=${() => listed.set({ filter: one })} />
          <span>${t.filters[one]} <span class="count">${listed.count(one)}</span></span>
        </label>`,
      )}
    </fieldset>
    <div class="order">
      <label for="order">${t.order}</label>
      <select id="order" @change=${(event: Event) => listed.set({ order: (event.target as HTMLSelectElement).value as Order })}>
        ${ORDERS.map((one) => html`<option value=${one} ?selected=${listed.order === one}>${t.orders[one]}</option>`)}
      </select>
    </div>
  </div>`;
}

function rowsView(view: ListView): TemplateResult {
  const { listed } = view;
  const { shown } = listed;
  if (!shown.length) {
    return html`<div class="empty">
      ${icon("book")}
      <p>${listed.isLoading ? t.loading : t.none}</p>
      ${listed.isLoading ? nothing : html`<p class="hint">${t.noneHint}</p>`}
    </div>`;
  }
  return html`<ul class="article-rows" role="list" aria-label=${t.list} aria-busy=${listed.isLoading}>
      ${repeat(
        shown,
        ({ id }) => id,
        (row) => html`<li>${rowView(row, view)}</li>`,
      )}
    </ul>
    <p class="hint period">${t.usesPeriod}</p>`;
}

function rowView(row: ArticleRow, { now, unsaved, onOpen }: ListView): TemplateResult {
  const facts = [
    row.serviceName,
    row.owner?.name ?? "",
    row.fiche ? t.fiche(row.fiche) : "",
    row.changedAt ? t.changedBy(whenWords(row.changedAt, now), row.changedBy) : t.brought,
    row.validUntil ? t.validUntil(dayWords(row.validUntil)) : "",
    row.reviewOn && !row.toReview ? t.reviewOn(dayWords(row.reviewOn)) : "",
  ].filter(Boolean);
  return html`<button type="button" class="article-row" data-id=${row.id} @click=${() => onOpen(row.id)}>
    <span class="article-title">${row.title}</span>
    <span class="article-state">${stateView(row)}${unsaved.has(row.id) ? html`<span class="chip soon">${icon("note")}${t.unsaved}</span>` : nothing}</span>
    <span class="article-facts">${facts.join(" · ")}</span>
    <span class="article-uses">${t.uses(row.uses)}</span>
  </button>`;
}

/** What an article's state is, in words; colour only helps. */
export function stateView(row: ArticleRow): TemplateResult {
  const { state } = row;
  const symbol = state === "published" ? "check" : state === "expired" ? "late" : "note";
  return html`<span class="chip ${state}">${icon(symbol)}${row.stateName}</span>${row.changed
      ? html`<span class="chip soon">${icon("note")}${t.changed}</span>`
      : nothing}${row.toReview ? html`<span class="chip soon">${icon("calendar")}${t.toReview}</span>` : nothing}`;
}

/** « le 3 mars 2026 à 14:05 », or the hour alone today. */
export function whenWords(iso: string, now: number): string {
  const words = momentWords(iso, now);
  return /^\d\d:/.test(words) ? `à ${words}` : t.on(words);
}

function fichesView({ words, found, failure }: FicheSearch, view: ListView): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    view.onFicheSearch();
  };
  return html`<section id="fiches" class="fiches" aria-labelledby="fiches-title">
    <h3 id="fiches-title">${t.overlayTitle}</h3>
    <p class="hint">${t.overlayHelp}</p>
    <form role="search" aria-labelledby="fiches-title" @submit=${submit}>
      <label for="fiche-search">${t.ficheField}</label>
      <div class="field-row">
        <input
          id="fiche-search"
          type="search"
          maxlength="200"
          autocomplete="off"
          .value=${words}
          @input=${(event: Event) => view.onFicheWords((event.target as HTMLInputElement).value)}
        />
        <button type="submit" class="plain">${icon("search")}${t.ficheSearch}</button>
      </div>
    </form>
    ${failure ? html`<p class="problem">${failure}</p>` : nothing}
    ${found
      ? html`<p class="hint">${t.ficheFound(found.length)}</p>
          <ul role="list" class="fiche-rows">
            ${found.map(
              (one) => html`<li>
                <button type="button" class="fiche-row" @click=${() => view.onFiche(one)}>
                  <span>${one.title}</span> <span class="hint">${one.id}, ${t.audiences[one.audience] ?? one.audience}</span>
                </button>
              </li>`,
            )}
          </ul>`
      : nothing}
  </section>`;
}
