import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../icons";
import { fr } from "../strings/fr";
import { topics as t } from "../strings/topics";
import type { Choice, Teaching } from "../topics/teaching";
import type { Decision, Listing, Topic } from "../topics/words";
import { topicView } from "./topic";

export interface TopicsView {
  readonly listing: Listing | null;
  readonly failure: string | null;
  readonly problem: { readonly id: number; readonly text: string } | null;
  /** Whether the decided groups are shown, and not those to decide. */
  readonly isDecided: boolean;
  readonly settled: ReadonlySet<number>;
  /** Groups of which all questions are shown. */
  readonly whole: ReadonlySet<number>;
  readonly teaching: Teaching;
  readonly isBusy: (one: Topic) => boolean;
  readonly now: number;
  readonly onView: (isDecided: boolean) => void;
  readonly onRetry: () => void;
  readonly onMore: (one: Topic) => void;
  readonly onDecide: (one: Topic, what: Decision) => void;
  readonly onUndo: (one: Topic) => void;
  readonly onArticle: (id: string) => void;
  readonly onTeach: (one: Topic) => void;
  readonly onWords: (words: string) => void;
  readonly onFind: () => void;
  readonly onChoose: (chosen: Choice | null) => void;
  readonly onAttach: (one: Topic) => void;
  readonly onLeave: (one: Topic) => void;
}

/** The groups that wait for a decision, or those that were decided and what came of it. */
export function topicsView(view: TopicsView): TemplateResult {
  const { listing, failure } = view;
  return html`<main class="topics" aria-labelledby="topics-title">
    <h2 id="topics-title" tabindex="-1">${t.title}</h2>
    <p class="hint about">${t.about(listing?.days || 60)}</p>
    ${failure
      ? html`<div class="failure"><p class="problem">${icon("late")} ${failure}</p>
          <button type="button" class="plain" @click=${view.onRetry}>${fr.retry}</button></div>`
      : nothing}
    ${listing ? listView(listing, view) : failure ? nothing : html`<p role="status">${fr.loading}</p>`}
    ${listing?.more ? html`<p class="hint">${t.more(listing.more)}</p>` : nothing}
  </main>`;
}

function listView({ topics, intents }: Listing, view: TopicsView): TemplateResult {
  const open = topics.filter((one) => one.isOpen);
  const decided = topics.filter((one) => !one.isOpen);
  const shown = topics.filter((one) => one.isOpen !== view.isDecided || view.settled.has(one.id));
  const tab = (isDecided: boolean, name: string, count: number): TemplateResult => html`<button
    type="button"
    class="tab"
    aria-pressed=${isDecided === view.isDecided}
    @click=${() => view.onView(isDecided)}
  >
    ${name} <span class="count">${count}</span>
  </button>`;
  return html`<div class="tabs" role="group" aria-label=${t.viewsLabel}>
      ${tab(false, t.views.open, open.length)} ${tab(true, t.views.decided, decided.length)}
    </div>
    ${shown.length
      ? html`<ul class="groups" role="list">
          ${repeat(
            shown,
            ({ id }) => id,
            (one) => html`<li>${topicView(one, intents, view)}</li>`,
          )}
        </ul>`
      : html`<p class="nothing">${icon("check")}<span>${view.isDecided ? t.noneDecided : t.none}</span></p>`}`;
}
