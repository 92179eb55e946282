import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import { teaching as t } from "../strings/teaching";
import type { Picking } from "../teaching/judging";
import type { Lesson } from "../teaching/words";
import type { TeachingView } from "./teaching";

/** What a message should have been: one of the acts, or one of the articles that are found. */
export function pickerView(lesson: Lesson, picking: Picking, view: TeachingView): TemplateResult {
  const title = `picker-${lesson.id}`;
  return html`<div class="picker" role="group" aria-labelledby=${title}>
    <p id=${title} class="ask">${picking.what === "intent" ? t.chooseIntent : t.chooseArticle}</p>
    ${picking.what === "intent" ? actsView(lesson, view) : articlesView(lesson, picking, view)}
    <button type="button" class="plain small" @click=${view.onLeave}>${icon("close")}${t.leave}</button>
  </div>`;
}

function actsView(lesson: Lesson, { judging, onDecide }: TeachingView): TemplateResult {
  return html`<div class="acts">
    ${judging.intents.map(
      ({ code, name }) => html`<button type="button" class="plain small" aria-disabled=${judging.busy} @click=${() => onDecide(lesson, "intent", code)}>${name}</button>`,
    )}
  </div>`;
}

function articlesView(lesson: Lesson, picking: Picking, { judging, onDecide, onSearch }: TeachingView): TemplateResult {
  const search = (event: SubmitEvent): void => {
    event.preventDefault();
    onSearch((event.currentTarget as HTMLFormElement).querySelector("input")?.value ?? "");
  };
  // A page is found by several of its passages.
  const found = picking.found?.filter((one, at, all) => all.findIndex(({ article }) => article === one.article) === at);
  return html`<form role="search" @submit=${search}>
      <input type="search" aria-label=${t.searchLabel} maxlength="200" .value=${lesson.text} />
      <button type="submit" class="plain">${icon("search")}${t.search}</button>
    </form>
    ${picking.failure ? html`<p class="problem">${picking.failure}</p>` : nothing}
    ${found?.length === 0 ? html`<p class="hint">${t.noArticle}</p>` : nothing}
    <div class="found">
      ${found?.map(
        (one) => html`<button type="button" class="plain" aria-disabled=${judging.busy} @click=${() => onDecide(lesson, "article", one.article)}>
          ${icon("page")}<span><strong dir="auto">${one.title}</strong> <span class="facts">${one.source.publisher || one.serviceName}</span></span>
        </button>`,
      )}
    </div>`;
}
