import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../icons";
import type { Letter } from "../letters/words";
import type { Opened } from "../opened";
import type { Line, Pending } from "../protocol";
import { fr as t } from "../strings/fr";
import { pieces } from "../thread";
import { letterView } from "./letter";
import { lineView, noteView, sourcesView } from "./piece";

export interface ThreadView {
  readonly opened: Opened;
  readonly me: { readonly id: number; readonly name: string };
  readonly now: number;
  readonly hasBelow: boolean;
  readonly onScroll: () => void;
  readonly onBelow: () => void;
  readonly onUndo: (pending: Pending) => void;
  readonly onRetry: () => void;
  readonly onAgain: (line: Line) => void;
  /** An article of an agent's reply. */
  readonly onArticle: (line: Line) => void;
  readonly onTakeUp: () => void;
  readonly onTrust: (letter: Letter) => void;
  readonly onAcknowledge: (letter: Letter) => void;
  readonly onDrop: (letter: Letter) => void;
}

/**
 * The conversation. Only additions of whole entries are announced; while it is being loaded the log says that it is
 * busy, so that nobody has to hear it all. What has not left yet is told by the status line, not by the log.
 */
export function threadView(view: ThreadView): TemplateResult {
  const { opened, now } = view;
  return html`<div class="thread">
    <div
      class="log"
      role="log"
      aria-live="polite"
      aria-relevant="additions"
      aria-label=${t.log}
      aria-busy=${opened.isLoading}
      tabindex="0"
      @scroll=${view.onScroll}
    >
      ${opened.isLoading && !opened.lines.length ? html`<p class="notice">${t.loading}</p>` : nothing}
      ${repeat(
        pieces(opened.lines, opened.history),
        ({ key }) => key,
        (piece) => (piece.kind === "note" ? noteView(piece.note, now) : saidView(piece.line, view)),
      )}
      <div class="departures" aria-live="off">
        ${repeat(
          opened.pending,
          ({ id }) => id,
          (one) => pendingView(one, view),
        )}
        ${outgoingView(view)}
      </div>
      ${opened.isTyping
        ? html`<p class="typing" aria-live="off"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${t.typing}</p>`
        : nothing}
    </div>
    ${view.hasBelow
      ? html`<button type="button" class="below" @click=${view.onBelow}>${icon("down")} ${t.newBelow}</button>`
      : nothing}
  </div>`;
}

function saidView(line: Line, view: ThreadView): TemplateResult {
  const { opened, me, now } = view;
  const letter = line.author === "citizen" ? opened.letterOf(line) : null;
  if (letter) return letterView({ ...view, letter, line });
  return lineView(line, now, line.author === "agent" && line.name === me.name, {
    isBusy: opened.isSendingAgain(line),
    onAgain: () => view.onAgain(line),
    onArticle: () => view.onArticle(line),
  });
}

function pendingView(pending: Pending, { opened, me, onUndo }: ThreadView): TemplateResult {
  const seconds = opened.secondsLeft(pending);
  const isOwn = pending.agent.id === me.id;
  return html`<div class="entry agent pending">
    <p class="author">${icon("person")}<bdi>${pending.agent.name}</bdi>${isOwn ? html` <span>(${t.you})</span>` : nothing}</p>
    <div class="bubble" dir="auto"><p class="typed">${pending.text}</p>${sourcesView(pending.sources)}</div>
    <p class="leaving-words">
      ${icon("clock")}<span>${t.leaving(seconds)}</span>
      ${isOwn && seconds > 0
        ? html`<button type="button" class="plain small" @click=${() => onUndo(pending)}>${icon("undo")}${t.undo}</button>`
        : nothing}
    </p>
  </div>`;
}

function outgoingView({ opened, me, onRetry, onTakeUp }: ThreadView): TemplateResult | typeof nothing {
  const { outgoing, delivery } = opened.composing;
  // The gateway may tell of a reply before it has answered the request that brought it.
  const isKnown = [...opened.lines, ...opened.pending].some(({ id }) => id === outgoing?.id);
  if (!outgoing || isKnown || delivery === "none") return nothing;
  return html`<div class="entry agent pending ${delivery}">
    <p class="author">${icon("person")}<bdi>${me.name}</bdi> <span>(${t.you})</span></p>
    <div class="bubble" dir="auto"><p class="typed">${outgoing.text}</p>${sourcesView(outgoing.sources)}</div>
    ${delivery === "posting"
      ? html`<p class="leaving-words">${icon("clock")}<span>${t.posting}</span></p>`
      : html`<p class="leaving-words problem">
          ${icon("late")}<span>${t.notSent}</span>
          <button type="button" class="plain small" @click=${onRetry}>${t.retry}</button>
          <button type="button" class="plain small" @click=${onTakeUp}>${t.takeUp}</button>
        </p>`}
  </div>`;
}
