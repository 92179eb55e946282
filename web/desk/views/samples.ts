import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../icons";
import { fr } from "../strings/fr";
import { teaching as t } from "../strings/teaching";
import { RATINGS, type Quality, type Rating, type Sample, type Samples } from "../teaching/words";
import { failureView } from "./teaching";

const KEYS: Readonly<Record<Rating, string>> = { right: "B", partly: "P", wrong: "F", unsourced: "S" };

export interface SamplesView {
  readonly samples: Samples | null;
  readonly failure: string;
  readonly shortcuts: boolean;
  readonly reached: number | null;
  readonly busy: number | null;
  readonly onRetry: () => void;
  readonly onWeek: (week: string) => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onReach: (sample: Sample) => void;
  readonly onRate: (sample: Sample, rating: Rating) => void;
}

/** What is known of a week first, then its answers to rate, then the weeks before. */
export function samplesView(view: SamplesView): TemplateResult {
  const { samples, failure } = view;
  return html`<main class="teaching" aria-labelledby="samples-title">
    <h2 id="samples-title" tabindex="-1">${t.samples}</h2>
    <p class="hint">${t.samplesHint}</p>
    ${failureView(failure, view.onRetry)}
    ${samples ? filledView(samples, view) : failure ? nothing : html`<p role="status">${fr.loading}</p>`}
  </main>`;
}

function filledView(samples: Samples, view: SamplesView): TemplateResult {
  if (!samples.weeks.length) {
    return html`<div class="done">${icon("calendar")}<div><p>${t.samplesNone}</p><p class="hint">${t.samplesNoneHint}</p></div></div>`;
  }
  return html`${knownView(samples, view)}
    ${samples.samples.length
      ? html`<p id="samples-keys" class="keys">${icon("keyboard")}<span>${view.shortcuts ? t.samplesKeys : t.keysHintOff}</span></p>
          <ul class="cards" role="list" aria-label=${t.samplesList} aria-describedby="samples-keys" @keydown=${view.onKey}>
            ${repeat(samples.samples, ({ id }) => id, (one) => html`<li>${cardView(one, view)}</li>`)}
          </ul>`
      : html`<p class="done">${icon("check")}<span>${t.samplesNoneWeek}</span></p>`}
    ${historyView(samples.weeks, view)}`;
}

function knownView({ week, weeks, quality }: Samples, { onWeek }: SamplesView): TemplateResult {
  return html`<section class="known" aria-labelledby="known-title">
    <div class="which">
      <label for="week">${t.week}</label>
      <select id="week" @change=${(event: Event) => onWeek((event.target as HTMLSelectElement).value)}>
        ${weeks.map((one) => html`<option value=${one.week} .selected=${one.week === week}>${t.weekOf(one.week)}</option>`)}
      </select>
    </div>
    <h3 id="known-title">${quality?.right === null || !quality ? t.unknown : t.rightShare(quality.right)}</h3>
    ${quality?.low != null && quality.high != null ? html`<p>${t.between(quality.low, quality.high)}</p>` : nothing}
    ${quality?.right != null && quality.low !== null && quality.high !== null ? scaleView(quality.right, quality.low, quality.high) : nothing}
    ${quality ? html`<p class="facts">${t.known(quality.rated, quality.drawn, quality.answers)}</p>` : nothing}
  </section>`;
}

/** The same as a bar from nothing to all; its words stand above it. Drawn, since the page's policy lets no style be set. */
function scaleView(right: number, low: number, high: number): TemplateResult {
  return html`<svg class="scale" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="all" width="100" height="10" />
    <rect class="margin" x=${100 * low} width=${100 * (high - low)} height="10" />
    <rect class="point" x=${Math.min(99.4, Math.max(0, 100 * right - 0.3))} width="0.6" height="10" />
  </svg>`;
}

function cardView(sample: Sample, view: SamplesView): TemplateResult {
  const words = `sample-${sample.id}`;
  return html`<div
    class="card ${sample.rating ? "rated" : ""}"
    role="group"
    data-id=${sample.id}
    tabindex=${view.reached === sample.id ? 0 : -1}
    aria-labelledby=${words}
    @focusin=${() => view.onReach(sample)}
  >
    <p class="top"><span class="facts">${[sample.serviceName || t.others, sample.articleTitle].filter(Boolean).join(" · ")}</span></p>
    ${sample.isGone
      ? html`<p id=${words} class="hint">${t.gone}</p>`
      : html`<h3 id=${words} dir="auto"><span class="vh">${t.question}: </span>${sample.question}</h3>
          <div class="answer" dir="auto" lang=${sample.language || nothing}><span class="vh">${t.answer}: </span>${sample.answer}</div>
          ${sourcesView(sample)} ${ratingsView(sample, view)}`}
  </div>`;
}

function sourcesView({ sources }: Sample): TemplateResult | typeof nothing {
  if (!sources.length) return nothing;
  return html`<ul class="sources" role="list">
    ${sources.map(
      ({ url, title, publisher }) => html`<li>
        ${icon("page")}<a href=${url} target="_blank" rel="noopener noreferrer">${title}<span class="vh"> (${fr.newTab})</span></a>
        ${publisher ? html`<span class="facts">${publisher}</span>` : nothing}
      </li>`,
    )}
  </ul>`;
}

function ratingsView(sample: Sample, { shortcuts, busy, onRate }: SamplesView): TemplateResult {
  return html`<div class="choices" role="group" aria-label=${t.ratingsLabel}>
    ${RATINGS.map(
      (rating) => html`<button
        type="button"
        class="plain"
        title=${rating === "unsourced" ? t.ratingsHelp : nothing}
        aria-pressed=${sample.rating === rating}
        aria-disabled=${busy === sample.id}
        aria-keyshortcuts=${shortcuts ? KEYS[rating] : nothing}
        @click=${() => onRate(sample, rating)}
      >
        ${sample.rating === rating ? icon("check") : nothing}<span>${t.ratings[rating]}</span>${shortcuts ? html`<kbd aria-hidden="true">${KEYS[rating]}</kbd>` : nothing}
      </button>`,
    )}
  </div>`;
}

function historyView(weeks: readonly Quality[], { onWeek }: SamplesView): TemplateResult {
  const { columns } = t;
  return html`<section aria-labelledby="history-title">
    <h3 id="history-title" class="heading">${t.history}</h3>
    <table aria-labelledby="history-title">
      <thead>
        <tr>
          <th scope="col">${columns.week}</th>
          ${[columns.answers, columns.rated, columns.right, columns.between].map((name) => html`<th scope="col" class="figure">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${weeks.map(
          (one) => html`<tr>
            <th scope="row">
              <button type="button" class="linklike" aria-label=${t.see(t.weekOf(one.week))} @click=${() => onWeek(one.week)}>${t.weekOf(one.week)}</button>
            </th>
            <td class="figure" data-name=${columns.answers}>${one.answers}</td>
            <td class="figure" data-name=${columns.rated}>${one.rated} / ${one.drawn}</td>
            <td class="figure" data-name=${columns.right}>${t.share(one.right)}</td>
            <td class="figure" data-name=${columns.between}>${t.range(one.low, one.high)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
