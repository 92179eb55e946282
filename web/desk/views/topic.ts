import { html, nothing, svg, type TemplateResult } from "lit";

import { momentWords } from "../ages";
import { icon, type IconName } from "../icons";
import { topics as t } from "../strings/topics";
import type { Choice } from "../topics/teaching";
import type { Course, Decided, Intent, Near, Topic, Week } from "../topics/words";
import type { TopicsView } from "./topics-page";

const ARROWS: Readonly<Record<Course, string>> = { new: "✦", growing: "↗", fading: "↘", steady: "→" };
const BAR = { width: 14, gap: 4, height: 30 } as const;

/** A group: how often and since when, what was asked, what comes near, and what can be made of it. */
export function topicView(one: Topic, intents: readonly Intent[], view: TopicsView): TemplateResult {
  const problem = view.problem?.id === one.id ? view.problem.text : "";
  return html`<article class="group" aria-labelledby="topic-${one.id}">
    <div class="group-top">
      <div class="group-name">
        <h3 id="topic-${one.id}" tabindex="-1" dir="auto">${one.name}</h3>
        <p class="chips">
          <span class="chip ${one.course}"><span aria-hidden="true">${ARROWS[one.course]}</span>${one.courseName}</span>
          <span class="chip">${one.serviceName}</span>
          ${one.isBack ? html`<span class="chip soon">${icon("late")}${t.back}</span>` : nothing}
        </p>
        <p class="figures"><strong>${t.counted(one.count)}</strong>, ${t.recent(one.recent, one.usual)}</p>
      </div>
      ${weeksView(one.weeks)}
    </div>
    ${one.decided ? decidedView(one, one.decided, view) : nothing}
    ${one.decided && !one.isOpen ? nothing : askedView(one, view)}
    ${problem ? html`<p class="problem">${icon("late")} ${problem}</p>` : nothing}
    ${one.isOpen ? (view.teaching.id === one.id ? teachView(one, intents, view) : actsView(one, view)) : nothing}
  </article>`;
}

/** Bars with their numbers above them; the same as a sentence for who does not see them. */
function weeksView(weeks: readonly Week[]): TemplateResult | typeof nothing {
  if (!weeks.length) return nothing;
  const counts = weeks.map(({ count }) => count);
  const most = Math.max(1, ...counts);
  const step = BAR.width + BAR.gap;
  return html`<figure class="weeks">
    <figcaption>${t.weeks}</figcaption>
    <svg role="img" aria-label=${t.weeksSpoken(counts)} viewBox="0 0 ${step * weeks.length} ${BAR.height + 14}" width=${step * weeks.length * 1.35} height=${(BAR.height + 14) * 1.35}>
      ${counts.map((count, place) => {
        const height = count ? Math.max(2, (BAR.height * count) / most) : 1;
        const top = 14 + BAR.height - height;
        return svg`<rect x=${place * step + BAR.gap / 2} y=${top} width=${BAR.width} height=${height} rx="1.5"></rect>
          <text x=${place * step + step / 2} y=${top - 3} text-anchor="middle">${count}</text>`;
      })}
    </svg>
  </figure>`;
}

function askedView(one: Topic, view: TopicsView): TemplateResult {
  return html`<div class="group-body">
    <div>
      <h4 id="topic-${one.id}-asked" tabindex="-1">${t.examples}</h4>
      <ul class="asked" role="list">
        ${one.examples.map(
          ({ text, at, whyName }) => html`<li>
            <q dir="auto">${text}</q>
            <span class="facts">${[whyName, momentWords(at, view.now)].filter(Boolean).join(", ")}</span>
          </li>`,
        )}
      </ul>
      ${!view.whole.has(one.id) && one.count > one.examples.length
        ? html`<button type="button" class="linklike" aria-label=${t.moreExamplesOf(one.name)} @click=${() => view.onMore(one)}>${t.moreExamples}</button>`
        : nothing}
    </div>
    <div>
      <h4 id="topic-${one.id}-near">${t.nearest}</h4>
      ${one.nearest.length
        ? html`<ul class="near" role="list">${one.nearest.map(nearView)}</ul>`
        : html`<p class="hint">${t.nearestNone}</p>`}
    </div>
  </div>`;
}

function nearView({ title, url, percent, serviceName }: Near): TemplateResult {
  return html`<li>
    ${url ? html`<a href=${url} target="_blank" rel="noopener">${title}</a>` : html`<span>${title}</span>`}
    <span class="facts">${[serviceName, t.percent(percent)].filter(Boolean).join(", ")}</span>
  </li>`;
}

function actsView(one: Topic, view: TopicsView): TemplateResult {
  const act = (id: string, drawn: IconName, words: string, kind: string, onClick: () => void): TemplateResult => html`<button
    type="button"
    id="topic-${one.id}-${id}"
    class="${kind} small"
    aria-label=${t.ofName(words, one.name)}
    aria-disabled=${view.isBusy(one)}
    @click=${onClick}
  >
    ${icon(drawn)}${words}
  </button>`;
  return html`<div class="acts">
    ${act("write", "plus", t.write, "primary", () => view.onDecide(one, "article"))}
    ${act("teach", "book", t.teach, "plain", () => view.onTeach(one))}
    ${act("not-ours", "close", t.notOurs, "plain", () => view.onDecide(one, "not_ours"))}
  </div>`;
}

function teachView(one: Topic, intents: readonly Intent[], view: TopicsView): TemplateResult {
  const { words, found, chosen, failure } = view.teaching;
  const near: readonly Choice[] = one.nearest.map(({ id, title }) => ({ id, title }));
  const choices = [...new Map([...near, ...(found ?? [])].map((choice) => [choice.id, choice])).values()];
  const submit = (event: Event): void => {
    event.preventDefault();
    view.onAttach(one);
  };
  const find = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    view.onFind();
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key === "Escape") view.onLeave(one);
  };
  return html`<form class="teach" @submit=${submit} @keydown=${leave}>
    <fieldset>
      <legend>${t.teachLegend}</legend>
      ${choices.map(
        (choice) => html`<label class="choice">
          <input type="radio" name="target" .checked=${chosen?.id === choice.id} @change=${() => view.onChoose(choice)} />
          <span>${choice.title}</span>
        </label>`,
      )}
    </fieldset>
    <div class="find">
      <label for="teach-words">${t.search}</label>
      <input id="teach-words" type="search" maxlength="200" autocomplete="off" .value=${words} @input=${(event: InputEvent) => view.onWords((event.target as HTMLInputElement).value)} @keydown=${find} />
      <button type="button" class="plain small" @click=${view.onFind}>${icon("search")}${t.searchGo}</button>
      ${found && !found.length ? html`<p class="hint">${t.searchNone}</p>` : nothing}
    </div>
    ${intents.length
      ? html`<div class="find">
          <label for="teach-intent">${t.intents}</label>
          <select
            id="teach-intent"
            @change=${(event: Event) => {
              const code = (event.target as HTMLSelectElement).value;
              const intent = intents.find((known) => known.code === code);
              view.onChoose(intent ? { id: intent.code, title: intent.name } : null);
            }}
          >
            <option value="" ?selected=${!intents.some(({ code }) => code === chosen?.id)}>${t.noIntent}</option>
            ${intents.map(({ code, name }) => html`<option value=${code} ?selected=${code === chosen?.id}>${name}</option>`)}
          </select>
        </div>`
      : nothing}
    ${failure ? html`<p class="problem">${icon("late")} ${failure}</p>` : nothing}
    <div class="acts">
      <button type="submit" class="primary small" aria-disabled=${view.isBusy(one)}>${t.attach}</button>
      <button type="button" class="plain small" @click=${() => view.onLeave(one)}>${t.cancel}</button>
    </div>
  </form>`;
}

function decidedView(one: Topic, { name, forTitle, draft, at, by, outcome }: Decided, view: TopicsView): TemplateResult {
  return html`<div class="decided">
    <p>
      ${icon("check")}<span><strong>${name}</strong> ${forTitle ? html`<span dir="auto">${t.decidedFor(forTitle)}</span>` : nothing}
      <span class="facts">${t.by(by, momentWords(at, view.now))}</span></span>
    </p>
    <p class="outcome">${outcome.text}</p>
    <div class="acts">
      ${draft ? html`<button type="button" class="plain small" @click=${() => view.onArticle(draft)}>${icon("page")}${t.openDraft}</button>` : nothing}
      <button type="button" id="topic-${one.id}-undo" class="plain small" aria-label=${t.ofName(t.undo, one.name)} aria-disabled=${view.isBusy(one)} @click=${() => view.onUndo(one)}>
        ${icon("undo")}${t.undo}
      </button>
    </div>
  </div>`;
}
