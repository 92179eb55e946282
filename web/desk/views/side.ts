import { html, nothing, type TemplateResult } from "lit";

import { ageOf, languageName, momentWords } from "../ages";
import type { Api } from "../api";
import { icon } from "../icons";
import type { Case, Detail, Suggestion } from "../protocol";
import type { Searching } from "../searching";
import { fr as t } from "../strings/fr";
import { suggestionView } from "./composer";
import { otherCase } from "./other-case";
import { photosView } from "./piece";
import { readingView, type ReadingView } from "./reading";

export interface SideView extends ReadingView {
  readonly searching: Searching;
  readonly api: Api;
  readonly now: number;
  readonly onReveal: () => void;
  readonly onInsert: (suggestion: Suggestion) => void;
  readonly onBack: () => void;
}

/** What is known beside the conversation: whom it is about, the case, its history, and the knowledge base. */
export function sideView(view: SideView): TemplateResult {
  const { opened, now } = view;
  const shown = opened.case;
  return html`<button type="button" class="plain small back-talk" @click=${view.onBack}>${icon("back")}${t.backToTalk}</button>
    <h2 id="side-title" tabindex="-1" class="vh">${t.side}</h2>
    ${shown
      ? html`${readingView(view)} ${whoView(view)}
          <section aria-labelledby="case-title">
            <h3 id="case-title">${t.caseTitle}</h3>
            ${factsView(factsOfCase(shown, now))} ${placeView(shown)}
            ${shown.details.length && !shown.mail
              ? html`<h4>${shown.kind === "question" ? t.precisions : t.details}</h4>
                  ${detailsView(shown.details)}`
              : nothing}
            ${shown.photos.length ? html`<h4>${t.photos}</h4>${photosView(shown.photos)}` : nothing}
          </section>`
      : nothing}
    ${shown ? passingView(view, shown) : nothing} ${searchView(view)}
    ${opened.history.length
      ? html`<section aria-labelledby="history-title">
          <h3 id="history-title">${t.history}</h3>
          <ol class="history" role="list">
            ${opened.history.map(
              (event) => html`<li>
                <span class="what">${event.whatName}</span>
                <span class="facts"><bdi>${event.agent}</bdi>${event.agent ? ", " : nothing}${momentWords(event.at, now)}</span>
                ${event.text ? html`<span class="words" dir="auto">${event.text}</span>` : nothing}
              </li>`,
            )}
          </ol>
        </section>`
      : nothing}`;
}

/** The part by which a case goes to who is competent; a closed one shows what became of it. */
function passingView({ api, opened }: SideView, { id, state }: Case): TemplateResult {
  const mark = String(opened.history.at(-1)?.position ?? 0);
  return html`<guichet-passing .api=${api} .caseId=${id} .mine=${opened.isMine && state !== "closed"} .mark=${mark}></guichet-passing>`;
}

function whoView({ opened, onReveal, onOpenCase }: SideView): TemplateResult {
  return html`<section aria-labelledby="who-title">
    <h3 id="who-title">${t.who}</h3>
    ${opened.contact !== null
      ? html`<dl class="facts-list"><div><dt>${t.revealed}</dt><dd class="contact" tabindex="-1"><bdi>${opened.contact}</bdi></dd></div></dl>`
      : opened.case?.hasContact
        ? html`<button type="button" class="plain" aria-describedby="reveal-help" @click=${onReveal}>${icon("eye")}${t.reveal}</button>
            <p id="reveal-help" class="hint">${t.revealHelp}</p>`
        : html`<p class="hint">${t.noContactGiven}</p>`}
    ${opened.case ? personView(opened.case, onOpenCase) : nothing}
    ${opened.case?.callback ? html`<p class="callback-hint">${icon("phone")}<span>${t.callbackHint}</span></p>` : nothing}
  </section>`;
}

/** Where else the same person is reached, and what else they wait for. */
function personView({ alsoOn, otherCases }: Case, onOpenCase: SideView["onOpenCase"]): TemplateResult {
  return html`${alsoOn.length ? html`<p class="also-on">${icon("chat")}<span>${t.alsoOn(alsoOn)}</span></p>` : nothing}
    ${otherCases.length
      ? html`<h4 id="others-title">${t.otherCases}</h4>
          <ul class="other-cases" role="list" aria-labelledby="others-title">
            ${otherCases.map((one) => otherCase(one, onOpenCase))}
          </ul>`
      : nothing}`;
}

function detailsView(details: readonly Detail[]): TemplateResult {
  return html`<dl class="facts-list">
    ${details.map(
      ({ name, value, href }) => html`<div>
        <dt>${name}</dt>
        <dd dir="auto">
          ${href
            ? html`<a href=${href} target="_blank" rel="noopener noreferrer">${value}<span class="vh"> (${t.newTab})</span>${icon("out")}</a>`
            : value}
        </dd>
      </div>`,
    )}
  </dl>`;
}

function factsOfCase(shown: Case, now: number): readonly (readonly [string, string])[] {
  const f = t.facts;
  const age = ageOf(shown, now);
  const due = shown.state === "closed" ? "" : momentWords(shown.dueAt ?? "", now);
  return [
    [f.number, shown.number],
    [f.kind, shown.kindName],
    [f.cause, shown.causeName],
    [f.service, shown.serviceName],
    [f.state, shown.state === "taken" && shown.agent ? `${t.states.taken}\u00a0: ${shown.agent.name}` : t.states[shown.state]],
    [f.appointment, shown.appointmentWords],
    [f.opened, momentWords(shown.openedAt, now)],
    [f.due, [due, age.hurry].filter(Boolean).join(" · ")],
    [f.closed, momentWords(shown.closedAt ?? "", now)],
    [f.channel, shown.channelName],
    [f.language, languageName(shown.language) || t.french],
    [f.rating, (shown.rating && t.ratings[shown.rating]) || ""],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
}

function factsView(facts: readonly (readonly [string, string])[]): TemplateResult {
  return html`<dl class="facts-list">
    ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}
  </dl>`;
}

function placeView({ location }: Case): TemplateResult | typeof nothing {
  if (!location) return nothing;
  const { latitude, longitude } = location;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=18/${latitude}/${longitude}`;
  return html`<p class="place">
    <a href=${href} target="_blank" rel="noopener noreferrer">${t.mapLink}<span class="vh"> (${t.newTab})</span>${icon("out")}</a>
  </p>`;
}

function searchView({ opened, searching, onInsert }: SideView): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    void searching.search();
  };
  const { found, failure, isSearching } = searching;
  return html`<section aria-labelledby="search-title" class="search">
    <h3 id="search-title">${t.search}</h3>
    <form role="search" aria-labelledby="search-title" @submit=${submit}>
      <label class="vh" for="search">${t.searchField}</label>
      <input
        id="search"
        type="search"
        autocomplete="off"
        maxlength="200"
        .value=${searching.words}
        @input=${(event: Event) => searching.write((event.target as HTMLInputElement).value)}
      />
      <button type="submit" class="plain" aria-label=${t.searchButton}>${icon("search")}</button>
    </form>
    ${isSearching ? html`<p class="hint">${t.searching}</p>` : nothing} ${failure ? html`<p class="problem">${failure}</p>` : nothing}
    ${found
      ? found.length
        ? html`${opened.isMine ? nothing : html`<p class="hint">${t.cannotInsert}</p>`}
            <ul class="results" role="list">
              ${found.map((one) => html`<li>${suggestionView(one, t.insertWithSource, opened.isMine ? onInsert : null)}</li>`)}
            </ul>`
        : html`<p class="hint">${t.foundNone}</p>`
      : nothing}
  </section>`;
}
