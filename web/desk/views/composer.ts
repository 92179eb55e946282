import { html, nothing, type TemplateResult } from "lit";

import { countChars } from "../../widget/words";
import { fit } from "../../widget/views/composer";
import type { Mode } from "../composing";
import { icon } from "../icons";
import type { Reply } from "../letters/words";
import type { Opened } from "../opened";
import type { Canned, Source, Suggestion } from "../protocol";
import { limitWords, windowOf } from "../reach";
import { fr as t } from "../strings/fr";
import { letters } from "../strings/letters";
import { flagsView } from "./flags";
import { factsOf, sourceLink } from "./piece";

export interface ComposerView {
  readonly opened: Opened;
  readonly now: number;
  readonly cannedCount: number;
  readonly showsSuggestions: boolean;
  readonly onInput: (field: HTMLTextAreaElement) => void;
  readonly onMode: (mode: Mode) => void;
  readonly onSend: () => void;
  readonly onUndo: () => void;
  readonly onPick: (canned: Canned) => void;
  readonly onOffer: () => void;
  readonly onDetach: (source: Source) => void;
  readonly onInsert: (suggestion: Suggestion) => void;
  readonly onSuggestions: () => void;
  readonly onTake: () => void;
  readonly onInsertReply: (reply: Reply) => void;
}

/** The counter appears when this share of the limit is left. */
const COUNTER_SHARE = 0.1;

/** What is written: a reply, or a note in a field of its own; before that, why there is nothing to be written. */
export function composerView(view: ComposerView): TemplateResult {
  const { composing } = view.opened;
  const isNote = composing.mode === "note";
  const hasSuggestions = view.opened.isMine && !isNote && view.opened.suggestions.length + repliesTo(view).length > 0;
  const isLetter = view.opened.case?.mail != null;
  return html`<div class="composer-area ${isNote ? "is-note" : ""} ${isLetter ? "is-letter" : ""}">
    <div class="composer-top">
      <fieldset class="modes">
      <legend class="vh">${t.mode}</legend>
      ${(["reply", "note"] as const).map(
        (mode) => html`<label class=${mode}>
          <input type="radio" name="mode" .checked=${composing.mode === mode} @change=${() => view.onMode(mode)} />
          <span>${icon(mode === "note" ? "lock" : "chat")}${mode === "note" ? t.noteMode : t.replyMode}</span>
        </label>`,
      )}
    </fieldset>
    ${hasSuggestions ? foldView(view) : nothing}
    </div>
    ${hasSuggestions ? cardsView(view) : nothing} ${isNote ? noteForm(view) : replyForm(view)}
  </div>`;
}

function replyForm(view: ComposerView): TemplateResult {
  const { opened, cannedCount } = view;
  const { composing, isMine } = opened;
  const offer = composing.offer;
  const shown = opened.case;
  return html`${isMine ? nothing : barrier(view)} ${reachView(view)}
    <form class="composer" novalidate @submit=${(event: Event) => submit(event, view)}>
      ${composing.sources.length
        ? html`<ul class="attached" role="list" aria-label=${t.attached}>
            ${composing.sources.map(
              (source) => html`<li>
                ${icon("page")}<span>${source.title}</span>
                <button type="button" class="round" aria-label=${t.detach(source.title)} @click=${() => view.onDetach(source)}>
                  ${icon("close")}
                </button>
              </li>`,
            )}
          </ul>`
        : nothing}
      ${offer ? offerView(view) : nothing}
      <label class="vh" for="reply">${t.replyField}</label>
      <textarea
        id="reply"
        rows="1"
        autocomplete="off"
        placeholder=${isMine ? t.replyPlaceholder : ""}
        aria-describedby="writing-reach writing-flags writing-note writing-hint"
        aria-invalid=${isWrong(view) ? "true" : nothing}
        aria-autocomplete="list"
        aria-controls=${offer ? "canned" : nothing}
        aria-activedescendant=${offer ? `canned-${offer.at}` : nothing}
        ?disabled=${!isMine}
        .value=${composing.words}
        @input=${(event: Event) => input(event, view)}
        @keydown=${(event: KeyboardEvent) => onKey(event, view)}
      ></textarea>
      <div class="composer-foot">
        <button
          type="button"
          class="plain small"
          aria-expanded=${offer !== null}
          ?disabled=${!isMine || !cannedCount}
          @click=${view.onOffer}
        >
          ${icon("lines")}${t.canned}
        </button>
        <span id="writing-hint" class="hint">
          ${shown ? limitWords(shown.channelName, shown.channelLimits, composing.limit) : nothing}
          <span class="keys"> · ${t.keysReply}</span>
        </span>
        <button type="submit" class="primary" ?disabled=${!isMine}>${icon("send")}${t.send}</button>
      </div>
    </form>
    ${flagsView(composing.flags)} ${noteLine(view)}`;
}

function noteForm(view: ComposerView): TemplateResult {
  const { composing } = view.opened;
  return html`<form class="composer note" novalidate @submit=${(event: Event) => submit(event, view)}>
      <p class="note-warning">${icon("lock")}${t.noteWarning}</p>
      <label class="vh" for="note">${t.noteField}</label>
      <textarea
        id="note"
        rows="2"
        autocomplete="off"
        placeholder=${t.notePlaceholder}
        aria-describedby="writing-note writing-hint"
        aria-invalid=${isWrong(view) ? "true" : nothing}
        .value=${composing.words}
        @input=${(event: Event) => input(event, view)}
        @keydown=${(event: KeyboardEvent) => onKey(event, view)}
      ></textarea>
      <div class="composer-foot">
        <span id="writing-hint" class="hint"><span class="keys">${t.keysNote}</span></span>
        <button type="submit" class="primary note" aria-disabled=${composing.isNoting}>
          ${icon("lock")}${composing.isNoting ? t.keeping : t.keepNote}
        </button>
      </div>
    </form>
    ${noteLine(view)}`;
}

/** What becomes of a reply on this channel: how long it may go freely, and whether it goes in private. */
function reachView({ opened, now }: ComposerView): TemplateResult | typeof nothing {
  const shown = opened.case;
  if (!shown?.channelLimits || shown.state === "closed") return nothing;
  const window = windowOf(shown.channelLimits, now);
  const isFirst = shown.channelLimits.firstPrivate;
  if (!window && !isFirst) return nothing;
  return html`<div id="writing-reach" class="reach">
    ${window
      ? html`<p class=${window.isOpen ? "" : "over"}>${icon(window.isOpen ? "clock" : "late")}<span>${window.words}</span></p>`
      : nothing}
    ${isFirst ? html`<p>${icon("lock")}<span>${opened.hasAnswered ? t.privateSaid : t.privateFirst}</span></p>` : nothing}
  </div>`;
}

/** Why nothing can be sent, and the way to where it can. */
function barrier({ opened, onTake }: ComposerView): TemplateResult | typeof nothing {
  const { case: shown, busy } = opened;
  if (!shown) return nothing;
  const words =
    shown.state === "closed" ? t.isClosed : shown.state === "taken" && shown.agent ? t.takenBy(shown.agent.name) : t.notTaken;
  return html`<div class="barrier">
    <p>${icon(shown.state === "waiting" ? "person" : "lock")}<span>${words}</span></p>
    ${shown.state === "waiting"
      ? html`<button type="button" class="primary" aria-disabled=${busy !== null} @click=${onTake}>${t.take}</button>`
      : nothing}
  </div>`;
}

function offerView({ opened, onPick }: ComposerView): TemplateResult | typeof nothing {
  const { offer } = opened.composing;
  if (!offer) return nothing;
  return html`<ul id="canned" class="canned" role="listbox" aria-label=${t.canned}>
    ${offer.found.map(
      (one, at) => html`<li
        id="canned-${at}"
        role="option"
        aria-selected=${at === offer.at}
        @mousedown=${(event: Event) => event.preventDefault()}
        @click=${() => onPick(one)}
      >
        <span class="canned-title">${one.title} <kbd>/${one.key}</kbd></span>
        <span class="canned-text">${one.text}</span>
      </li>`,
    )}
  </ul>`;
}

/** The whole replies that are suggested to the letter that opened the case. */
function repliesTo({ opened }: ComposerView): readonly Reply[] {
  return opened.case?.mail?.letters[0]?.suggested ?? [];
}

function foldView(view: ComposerView): TemplateResult {
  const { opened, showsSuggestions, onSuggestions } = view;
  return html`<button type="button" class="fold" aria-expanded=${showsSuggestions} aria-controls="suggestions" @click=${onSuggestions}>
    ${icon("down")}${t.suggestions(opened.suggestions.length + repliesTo(view).length)}
  </button>`;
}

function cardsView(view: ComposerView): TemplateResult {
  const { opened, showsSuggestions, onInsert } = view;
  // A letter needs the room once it is begun.
  const isCompact = opened.case?.mail != null && opened.composing.hasReply;
  return html`<ul id="suggestions" class="cards ${isCompact ? "compact" : ""}" role="list" aria-label=${t.suggested} ?hidden=${!showsSuggestions}>
    ${repliesTo(view).map((one) => html`<li>${replyView(one, view.onInsertReply)}</li>`)}
    ${opened.suggestions.map((one) => html`<li>${suggestionView(one, t.insert, onInsert)}</li>`)}
  </ul>`;
}

/** A whole reply, its sources beside it. */
function replyView(reply: Reply, onInsert: (reply: Reply) => void): TemplateResult {
  return html`<article class="card whole">
    <p class="card-title">${reply.title}</p>
    <p class="passage">${reply.text}</p>
    <p class="facts">${reply.sources.map((source, at) => html`${at ? " · " : nothing}${sourceLink(source)}`)}</p>
    <button type="button" class="primary small" aria-label="${letters.insertReply} : ${reply.title}" @click=${() => onInsert(reply)}>
      ${t.insert}
    </button>
  </article>`;
}

/** A passage that can be put into the reply; null for `onInsert` where there is no reply to write. */
export function suggestionView(
  suggestion: Suggestion,
  words: string,
  onInsert: ((suggestion: Suggestion) => void) | null,
): TemplateResult {
  const { title, text, source } = suggestion;
  return html`<article class="card">
    <p class="card-title">${sourceLink(source)}</p>
    <p class="passage">${text}</p>
    <p class="facts">${factsOf(source) || suggestion.serviceName}</p>
    ${onInsert
      ? html`<button type="button" class="plain small" aria-label="${words} : ${title}" @click=${() => onInsert(suggestion)}>${words}</button>`
      : nothing}
  </article>`;
}

function noteLine(view: ComposerView): TemplateResult {
  const { composing } = view.opened;
  const left = composing.limit - countChars(composing.words);
  const words =
    composing.problem ?? (left < 0 ? t.excess(-left) : left <= composing.limit * COUNTER_SHARE ? t.remaining(left) : "");
  return html`<p id="writing-note" class=${isWrong(view) ? "writing-note problem" : "writing-note"}>${words}</p>`;
}

function isWrong({ opened: { composing } }: ComposerView): boolean {
  return composing.problem !== null || countChars(composing.words) > composing.limit;
}

function submit(event: Event, view: ComposerView): void {
  event.preventDefault();
  view.onSend();
}

function input(event: Event, view: ComposerView): void {
  const field = event.target as HTMLTextAreaElement;
  fit(field);
  view.onInput(field);
}

function onKey(event: KeyboardEvent, view: ComposerView): void {
  const { composing } = view.opened;
  const { offer } = composing;
  // Enter that only ends the composition of a character (Asian keyboards) is not meant for us.
  if (event.isComposing) return;
  const picked = offer?.found[offer.at];
  if (offer && picked && !event.shiftKey && (event.key === "Enter" || event.key === "Tab")) view.onPick(picked);
  else if (offer && event.key === "ArrowDown") composing.move(1);
  else if (offer && event.key === "ArrowUp") composing.move(-1);
  else if (offer && event.key === "Escape") composing.dismiss();
  else if (event.key === "Escape" && view.opened.undoable) view.onUndo();
  else if (event.key === "Enter" && !event.shiftKey) view.onSend();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
