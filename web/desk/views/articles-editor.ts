import { html, nothing, type TemplateResult } from "lit";

import { dayWords } from "../ages";
import type { Editing } from "../articles/editing";
import type { Fields } from "../articles/fields";
import { icon } from "../icons";
import type { Person, Service } from "../protocol";
import { articles as t } from "../strings/articles";
import { conflictView } from "./articles-conflict";
import { historyView } from "./articles-history";
import { stateView, whenWords } from "./articles-list";
import { previewView } from "./articles-preview";

export interface EditorView {
  readonly editing: Editing;
  readonly services: readonly Service[];
  readonly owners: readonly Person[];
  readonly now: number;
  readonly onBack: () => void;
  readonly onRemove: () => void;
  /** Does something and puts the focus back where it belongs. */
  readonly onAct: (work: Promise<boolean>) => void;
  readonly onAsk: (what: Editing["asking"]) => void;
}

/** One article: what it is, what can be done with it, its text, and beside it what becomes of it. */
export function editorView(view: EditorView): TemplateResult {
  const { editing } = view;
  return html`<main class="articles editor" aria-labelledby="article-title">
    ${headView(view)}
    <div class="editor-notices">${noticesView(view)}</div>
    <div class="editor-panes">
      ${formView(view)}
      <section class="beside" tabindex="0" aria-labelledby=${editing.history ? "history-title" : "preview-title"}>
        ${editing.history ? historyView(view) : previewView(editing)}
      </section>
    </div>
  </main>`;
}

function headView(view: EditorView): TemplateResult {
  const { editing, now } = view;
  const { article } = editing;
  return html`<div class="editor-head">
    <button type="button" class="plain small back-list" @click=${view.onBack}>${icon("back")}${t.back}</button>
    <div class="what">
      <h2 id="article-title" tabindex="-1">${editing.fields.title || t.createTitle}</h2>
      <p class="article-state">
        ${article ? stateView(article) : nothing}
        ${editing.isDirty ? html`<span class="chip soon" title=${t.keptHere}>${icon("note")}${t.dirty}</span>` : nothing}
        ${article?.url
          ? html`<a href=${article.url} target="_blank" rel="noopener noreferrer"
              >${t.seePage}<span class="vh"> (${t.newTab})</span>${icon("out")}</a
            >`
          : nothing}
        ${article
          ? html`<span class="hint">
              ${[article.changedAt ? t.changedBy(whenWords(article.changedAt, now), article.changedBy) : "", t.uses(article.uses)]
                .filter(Boolean)
                .join(" · ")}
            </span>`
          : nothing}
      </p>
    </div>
    ${actsView(view)}
  </div>`;
}

function actsView({ editing, onAct, onAsk }: EditorView): TemplateResult {
  const { article, busy } = editing;
  if (editing.isBrought) return html``;
  const isOut = article !== null && article.state !== "draft";
  const hasNews = !isOut || article.changed || editing.isDirty;
  return html`<div class="acts">
    ${editing.conflict
      ? nothing
      : html`<button type="button" class="plain small save" aria-disabled=${busy || (article !== null && !editing.isDirty)} @click=${() => onAct(editing.save())}>
            ${icon("check")}${article && !editing.isDirty ? t.saved : t.save}
          </button>
          ${hasNews
            ? html`<button type="button" class="primary small publish" aria-disabled=${busy} @click=${() => onAct(editing.publish())}>
                ${icon("send")}${t.publish}
              </button>`
            : nothing}`}
    ${isOut
      ? html`<button type="button" class="plain small unpublish" aria-disabled=${busy} @click=${() => onAsk("unpublish")}>
          ${icon("undo")}${t.unpublish}
        </button>`
      : nothing}
    ${article
      ? html`<button
            type="button"
            class="plain small to-history"
            @click=${() => (editing.history ? editing.hideHistory() : onAct(editing.showHistory().then(() => true)))}
          >
            ${icon(editing.history ? "page" : "clock")}${editing.history ? t.hideHistory : t.history}
          </button>
          <button type="button" class="plain small remove" aria-disabled=${busy} @click=${() => onAsk("remove")}>
            ${icon("trash")}${t.remove}
          </button>`
      : nothing}
  </div>`;
}

function noticesView(view: EditorView): TemplateResult {
  const { editing, onAct } = view;
  return html`${editing.problem ? html`<p class="problem notice-bar">${icon("late")}<span>${editing.problem}</span></p>` : nothing}
    ${editing.asking ? askView(editing.asking, view) : nothing} ${editing.conflict ? conflictView(view) : nothing}
    ${editing.isBrought
      ? html`<div class="notice-bar">
          <p>${icon("lock")}<span>${t.readOnly}</span></p>
          <button type="button" class="primary small take-over" @click=${() => onAct(editing.takeOver())}>${t.takeOver}</button>
        </div>`
      : nothing}
    ${editing.isRecovered && !editing.conflict
      ? html`<div class="notice-bar">
          <p>${icon("note")}<span>${t.recovered}</span></p>
          <button type="button" class="plain small" @click=${() => editing.abandon()}>${t.abandon}</button>
        </div>`
      : nothing}
    ${editing.putAway
      ? html`<div class="notice-bar">
          <p>${icon("file")}<span>${t.putAway}</span></p>
          <button type="button" class="plain small" @click=${() => editing.getBack()}>${icon("undo")}${t.getBack}</button>
        </div>`
      : nothing}`;
}

function askView(what: "unpublish" | "remove", { editing, onAct, onAsk, onRemove }: EditorView): TemplateResult {
  const title = editing.article?.title ?? "";
  const isRemoval = what === "remove";
  return html`<section class="notice-bar ask" aria-labelledby="ask-title">
    <h3 id="ask-title" tabindex="-1">${isRemoval ? t.removeTitle(title) : t.unpublishTitle(title)}</h3>
    <p>${isRemoval ? t.removeWhat : t.unpublishWhat}</p>
    <div class="ways">
      <button type="button" class="primary small" @click=${() => (isRemoval ? onRemove() : onAct(editing.unpublish()))}>
        ${isRemoval ? t.removeYes : t.unpublishYes}
      </button>
      <button type="button" class="plain small" @click=${() => onAsk(null)}>${isRemoval ? t.removeNo : t.unpublishNo}</button>
    </div>
  </section>`;
}

function formView({ editing, services, owners }: EditorView): TemplateResult {
  const { fields } = editing;
  const fixed = editing.isBrought;
  const known = services.some(({ code }) => code === fields.service);
  return html`<form
    class="article-form"
    aria-label=${t.form}
    novalidate
    @submit=${(event: Event) => event.preventDefault()}
  >
    ${ficheView(editing)} ${line(editing, "title", t.titleField, { help: t.titleHelp, max: 200 })}
    <div class="field">
      <label for="f-body">${t.bodyField}</label>
      <p id="f-body-help" class="hint">${t.bodyHelp}</p>
      <textarea
        id="f-body"
        rows="16"
        spellcheck="true"
        lang="fr"
        aria-describedby="f-body-help"
        ?readonly=${fixed}
        .value=${fields.body}
        @input=${(event: Event) => editing.write({ body: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
    </div>
    ${line(editing, "keywords", t.keywordsField, { help: t.keywordsHelp, max: 4000 })}
    <div class="field-pair">
      <div class="field">
        <label for="f-service">${t.serviceField}</label>
        <select id="f-service" ?disabled=${fixed} @change=${(event: Event) => editing.write({ service: (event.target as HTMLSelectElement).value })}>
          ${known ? nothing : html`<option value=${fields.service} selected>${editing.article?.serviceName || fields.service}</option>`}
          ${services.map(({ code, name }) => html`<option value=${code} ?selected=${code === fields.service}>${name}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="f-owner">${t.ownerField}</label>
        <select
          id="f-owner"
          ?disabled=${fixed}
          @change=${(event: Event) => editing.write({ owner: Number((event.target as HTMLSelectElement).value) || null })}
        >
          <option value="" ?selected=${fields.owner === null}>${t.ownerService}</option>
          ${owners.map(({ id, name }) => html`<option value=${id} ?selected=${id === fields.owner}>${name}</option>`)}
        </select>
      </div>
      ${day(editing, "reviewOn", t.reviewField)} ${day(editing, "validUntil", t.validField, t.validHelp)}
    </div>
    <details class="more-settings" ?open=${Boolean(fields.source || fields.more)}>
      <summary>${t.moreSettings}</summary>
      ${line(editing, "more", t.moreField, { help: t.moreHelp, max: 500 })}
      ${line(editing, "source", t.sourceField, { help: t.sourceHelp, max: 500 })}
      ${line(editing, "audience", t.audienceField, { max: 50 })}
    </details>
  </form>`;
}

function ficheView(editing: Editing): TemplateResult | typeof nothing {
  const { fiche } = editing.fields;
  if (!fiche) return nothing;
  const { article } = editing;
  const known = article?.fiche === fiche ? article : null;
  const title = known?.ficheTitle || editing.ficheTitle || t.ficheUnknown;
  return html`<div class="fiche-of">
    <p>
      ${icon("page")}<span
        >${t.ficheOf} <strong>${known?.ficheUrl
          ? html`<a href=${known.ficheUrl} target="_blank" rel="noopener noreferrer">${title}<span class="vh"> (${t.newTab})</span>${icon("out")}</a>`
          : title}</strong>
        (${fiche})</span
      >
    </p>
    ${editing.isBrought
      ? nothing
      : html`<button type="button" class="round" aria-label=${t.ficheRemove} @click=${() => editing.write({ fiche: "" })}>${icon("close")}</button>`}
  </div>`;
}

type TextField = "title" | "keywords" | "more" | "source" | "audience";

function line(editing: Editing, name: TextField, words: string, { help, max }: { readonly help?: string; readonly max: number }): TemplateResult {
  return html`<div class="field">
    <label for="f-${name}">${words}</label>
    ${help ? html`<p id="f-${name}-help" class="hint">${help}</p>` : nothing}
    <input
      id="f-${name}"
      type="text"
      autocomplete="off"
      maxlength=${max}
      aria-describedby=${help ? `f-${name}-help` : nothing}
      ?readonly=${editing.isBrought}
      .value=${editing.fields[name]}
      @input=${(event: Event) => editing.write({ [name]: (event.target as HTMLInputElement).value } as Partial<Fields>)}
    />
  </div>`;
}

function day(editing: Editing, name: "reviewOn" | "validUntil", words: string, help = ""): TemplateResult {
  return html`<div class="field">
    <label for="f-${name}">${words}</label>
    ${help ? html`<p id="f-${name}-help" class="hint">${help}</p>` : nothing}
    <input
      id="f-${name}"
      type="date"
      title=${dayWords(editing.fields[name])}
      aria-describedby=${help ? `f-${name}-help` : nothing}
      ?readonly=${editing.isBrought}
      .value=${editing.fields[name]}
      @change=${(event: Event) => editing.write({ [name]: (event.target as HTMLInputElement).value } as Partial<Fields>)}
    />
  </div>`;
}
