import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon, type IconName } from "../icons";
import { fr } from "../strings/fr";
import { teaching as t } from "../strings/teaching";
import type { Judging } from "../teaching/judging";
import type { Decision, Lesson } from "../teaching/words";
import { pickerView } from "./teaching-picker";

export interface TeachingView {
  readonly judging: Judging;
  readonly shortcuts: boolean;
  readonly onRetry: () => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onReach: (lesson: Lesson) => void;
  readonly onDecide: (lesson: Lesson, decision: Decision, value?: string) => void;
  readonly onPick: (lesson: Lesson, what: "intent" | "article") => void;
  readonly onLeave: () => void;
  readonly onSearch: (words: string) => void;
  readonly onUndo: () => void;
  readonly onReopen: (lesson: Lesson) => void;
}

/** The messages that wait to be judged. One card is reached by Tab; keys move from there. */
export function teachingView(view: TeachingView): TemplateResult {
  const { judging } = view;
  const { lessons, failure } = judging;
  return html`<main class="teaching" aria-labelledby="teaching-title">
    <h2 id="teaching-title" tabindex="-1">${t.title} ${lessons ? html`<span class="count">${judging.waiting}</span>` : nothing}</h2>
    <p class="hint">${t.hint}</p>
    ${failureView(failure, view.onRetry)}
    ${judging.last
      ? html`<p class="last">
          <span dir="auto">${judging.last}</span>
          <button type="button" class="plain small" aria-disabled=${judging.busy} @click=${view.onUndo}>${icon("undo")}${t.undo}</button>
        </p>`
      : nothing}
    ${lessons?.length
      ? html`<p id="teaching-keys" class="keys">${icon("keyboard")}<span>${view.shortcuts ? t.keysHint : t.keysHintOff}</span></p>
          <ul class="cards" role="list" aria-label=${t.list} aria-describedby="teaching-keys" @keydown=${view.onKey}>
            ${repeat(lessons, ({ id }) => id, (lesson) => html`<li>${cardView(lesson, view)}</li>`)}
          </ul>`
      : lessons
        ? html`<div class="done">${icon("check")}<div><p>${t.none}</p><p class="hint">${t.noneHint}</p></div></div>`
        : failure
          ? nothing
          : html`<p role="status">${fr.loading}</p>`}
    ${judging.exported.length ? exportedView(view) : nothing}
  </main>`;
}

/** What stands in training data, under the day of each export. */
function exportedView(view: TeachingView): TemplateResult {
  const { exported, busy } = view.judging;
  const days = [...new Set(exported.map(({ exportedAt }) => t.exportedDay(exportedAt)))];
  return html`<details class="exported">
    <summary><h3>${t.exported}</h3></summary>
    <p class="hint">${t.exportedHint}</p>
    ${days.map(
      (day) => html`<h4>${day}</h4>
        <ul role="list" aria-label=${day}>
          ${exported
            .filter(({ exportedAt }) => t.exportedDay(exportedAt) === day)
            .map(
              (lesson) => html`<li>
                <div>
                  <p dir="auto" lang=${lesson.language || nothing}>${lesson.text}</p>
                  <p class="facts" dir="auto">${lesson.written.join(", ")}</p>
                </div>
                <button type="button" class="plain small" aria-disabled=${busy} aria-label=${t.reopenLong(lesson.text)} @click=${() => view.onReopen(lesson)}>
                  ${icon("undo")}${t.reopen}
                </button>
              </li>`,
            )}
        </ul>`,
    )}
  </details>`;
}

export function failureView(failure: string, onRetry: () => void): TemplateResult | typeof nothing {
  if (!failure) return nothing;
  return html`<div class="failure">
    <p class="problem">${icon("late")} ${failure}</p>
    <button type="button" class="plain" @click=${onRetry}>${fr.retry}</button>
  </div>`;
}

function cardView(lesson: Lesson, view: TeachingView): TemplateResult {
  const { judging } = view;
  const words = `lesson-${lesson.id}`;
  return html`<div
    class="card"
    role="group"
    data-id=${lesson.id}
    tabindex=${judging.reached?.id === lesson.id ? 0 : -1}
    aria-labelledby=${words}
    @focusin=${() => view.onReach(lesson)}
  >
    <p class="top">
      <span class="chip" title=${t.why}>${icon("doubt")}${lesson.whyName}</span>
      ${lesson.times > 1 ? html`<span class="facts" title=${t.timesLong(lesson.times)}>${t.times(lesson.times)}</span>` : nothing}
    </p>
    <h3 id=${words} dir="auto" lang=${lesson.language || nothing}>${lesson.text}</h3>
    <dl>
      ${factView(t.understood, lesson.intentName, t.sure(lesson.confidence))} ${factView(t.answeredWith, lesson.articleTitle)}
      ${factView(t.meant, lesson.meantTitle)}
    </dl>
    ${lesson.written.length ? html`<p class="facts" dir="auto">${t.withdrawn(lesson.written.join(", "))}</p>` : nothing}
    ${judging.picking?.id === lesson.id ? pickerView(lesson, judging.picking, view) : choicesView(lesson, view)}
  </div>`;
}

function factView(name: string, value: string, more = ""): TemplateResult | typeof nothing {
  if (!value) return nothing;
  return html`<div><dt>${name}</dt><dd dir="auto">${value}${more ? html` <span class="facts">(${more})</span>` : nothing}</dd></div>`;
}

function choicesView(lesson: Lesson, view: TeachingView): TemplateResult {
  const { judging, shortcuts } = view;
  const button = (words: string, drawn: IconName, key: string, act: () => void): TemplateResult =>
    html`<button type="button" class="plain" aria-disabled=${judging.busy} aria-keyshortcuts=${shortcuts ? key : nothing} @click=${act}>
      ${icon(drawn)}<span>${words}</span>${shortcuts ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}
    </button>`;
  return html`<div class="choices">
    ${button(t.right, "check", "B", () => view.onDecide(lesson, "right"))}
    ${lesson.meant ? button(t.meantButton(lesson.meantTitle), "page", "C", () => view.onDecide(lesson, "article", lesson.meant)) : nothing}
    ${button(t.intent, "forward", "I", () => view.onPick(lesson, "intent"))} ${button(t.article, "book", "A", () => view.onPick(lesson, "article"))}
    ${button(t.ignore, "close", "N", () => view.onDecide(lesson, "ignore"))}
  </div>`;
}
