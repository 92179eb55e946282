import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import { fr as t } from "../strings/fr";
import { routeView, type RouteView } from "./route";
import { relayView } from "./row";
import { composerView, type ComposerView } from "./composer";
import { threadView, type ThreadView } from "./thread";

export interface TalkView extends ComposerView, RouteView, Omit<ThreadView, "onUndo"> {
  readonly onUndoOne: ThreadView["onUndo"];
  /** Where there is little room, summary and acts are unfolded on demand. */
  readonly isUnfolded: boolean;
  readonly onUnfold: () => void;
  readonly onBack: () => void;
  readonly onSide: () => void;
  readonly onPass: () => void;
  readonly onTransfer: () => void;
  readonly onRelease: () => void;
  readonly onFinish: () => void;
  readonly onUrgent: (urgent: boolean) => void;
}

/** The open case: what it is, what can be done with it, what was said, and what is being written. */
export function talkView(view: TalkView): TemplateResult {
  const { opened } = view;
  return html`${headView(view)}
    ${opened.refusal
      ? html`<div class="refusal">
          <p>${icon("late")}<span>${opened.refusal.text}</span></p>
          <button type="button" class="round" aria-label=${t.close} @click=${() => opened.forgive()}>${icon("close")}</button>
        </div>`
      : nothing}
    ${opened.case || opened.isLoading ? html`${threadView({ ...view, onUndo: view.onUndoOne })} ${composerView(view)}` : nothing}`;
}

/** What stands where no case is open. */
export function nothingView(): TemplateResult {
  return html`<div class="empty large">
    ${icon("chat")}
    <h2 id="talk-title" tabindex="-1">${t.nothingOpen}</h2>
    <p class="hint">${t.nothingOpenHint}</p>
  </div>`;
}

function headView(view: TalkView): TemplateResult {
  const { opened } = view;
  const shown = opened.case;
  return html`<div class="talk-head">
    <div class="talk-bar">
      <button type="button" class="plain small back-queue" aria-label=${t.backToQueue} @click=${view.onBack}>
        ${icon("back")}${t.queueShort}
      </button>
      <button type="button" class="plain small to-acts" aria-expanded=${view.isUnfolded} aria-controls="talk-more" @click=${view.onUnfold}>
        ${icon("down")}${t.acts}
      </button>
      <button type="button" class="plain small to-side" @click=${view.onSide}>${icon("file")}${t.dossier}</button>
    </div>
    <h2 id="talk-title" tabindex="-1" dir="auto" lang=${shown?.language || nothing}>
      ${shown ? shown.subject || t.noSubject : opened.isLoading ? t.loading : t.conversation}
    </h2>
    ${shown
      ? html`<p class="talk-facts">
            <span class="state ${shown.state}">${t.states[shown.state]}</span>
            ${shown.urgent ? html`<span class="chip urgent">${icon("urgent")}${t.urgent}</span>` : nothing}
            ${shown.offered
              ? html`<span class="chip ${opened.isOffered ? "offered" : ""}"
                  >${icon("person")}<bdi>${opened.isOffered ? t.offeredToYou : t.offeredTo(shown.offered.name)}</bdi></span
                >`
              : nothing}
            ${relayView(shown)}
            <span class="number">${shown.number}</span><span>${shown.serviceName}</span>
            ${opened.watchers.length
              ? html`<span class="chip watchers">${icon("eye")}<bdi>${t.alsoOpen(opened.watchers)}</bdi></span>`
              : nothing}
          </p>
          <div id="talk-more" class=${view.isUnfolded ? "open" : ""}>
            ${shown.summary ? html`<p class="summary" dir="auto">${shown.summary}</p>` : nothing} ${actsView(view)} ${routeView(view)}
          </div>`
      : nothing}
  </div>`;
}

function actsView(view: TalkView): TemplateResult | typeof nothing {
  const { opened } = view;
  const shown = opened.case;
  if (!shown || shown.state === "closed") return nothing;
  const isBusy = opened.busy !== null;
  return html`<div class="acts">
    ${shown.state === "waiting"
      ? html`<button type="button" class="primary small" aria-disabled=${isBusy} @click=${view.onTake}>${icon("check")}${t.take}</button>`
      : nothing}
    ${shown.state === "waiting" && opened.isOffered
      ? html`<button type="button" class="plain small" title=${t.passHelp} aria-disabled=${isBusy} @click=${view.onPass}>
          ${icon("forward")}${t.pass}
        </button>`
      : nothing}
    ${opened.isMine
      ? html`<button type="button" class="plain small" @click=${view.onFinish}>${icon("check")}${t.finish}</button>
          <button type="button" class="plain small" @click=${view.onTransfer}>${icon("forward")}${t.transfer}</button>
          <button type="button" class="plain small" @click=${view.onRelease}>${icon("undo")}${t.release}</button>`
      : nothing}
    <button type="button" class="plain small" aria-disabled=${isBusy} @click=${() => view.onUrgent(!shown.urgent)}>
      ${icon("urgent")}${shown.urgent ? t.unmarkUrgent : t.markUrgent}
    </button>
  </div>`;
}
