import { html, nothing, type TemplateResult } from "lit";

import { momentWords } from "../ages";
import { icon } from "../icons";
import { marked } from "../letters/marking";
import type { Letter, Part } from "../letters/words";
import type { Opened } from "../opened";
import type { Line } from "../protocol";
import { fr as t } from "../strings/fr";
import { letters as words } from "../strings/letters";
import { filesView, photosView } from "./piece";

export interface LetterView {
  readonly letter: Letter;
  readonly line: Line;
  readonly opened: Opened;
  readonly now: number;
  readonly onTrust: (letter: Letter) => void;
  readonly onAcknowledge: (letter: Letter) => void;
  readonly onDrop: (letter: Letter) => void;
}

/** A mail or a form in the conversation: danger first, then the sender's last words; the rest is folded away. */
export function letterView(view: LetterView): TemplateResult {
  const { letter, line, opened, now } = view;
  const isMail = !letter.form;
  const shown = letter.parts.filter(({ isFolded }) => !isFolded);
  const folded = letter.parts.filter(({ isFolded }) => isFolded);
  return html`<div class="entry citizen letter" data-letter=${letter.id} tabindex="-1">
    <p class="author">
      ${icon(isMail ? "mail" : "form")}<bdi>${letter.name || t.citizen}</bdi><span class="vh"> : </span>
      <span class="letter-where">${isMail ? (letter.mailbox ? words.mailTo(letter.mailbox) : words.mail) : words.formOf(letter.form)}</span>
      ${letter.copies ? html`<span class="letter-where">${words.copies(letter.copies)}</span>` : nothing}
      <time aria-live="off" datetime=${line.at || nothing}>${momentWords(line.at, now)}</time>
    </p>
    <div class="bubble">
      ${flagsOf(view)}
      ${letter.subject && letter.subject !== opened.case?.subject
        ? html`<p class="letter-subject" dir="auto">${words.subject(letter.subject)}</p>`
        : nothing}
      ${letter.fields.length
        ? html`<dl class="facts-list letter-fields" aria-label=${words.fieldsTitle}>
            ${letter.fields.map(({ name, value }) => html`<div><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}
          </dl>`
        : nothing}
      ${letter.parts.length
        ? html`<div lang=${letter.language || nothing} dir="auto">${shown.map((part) => partView(part, letter.because))}</div>`
        : html`<p class="typed" dir="auto" lang=${letter.language || nothing}>${line.text}</p>`}
      ${folded.length
        ? html`<details class="letter-rest">
            <summary>${words.rest([...new Set(folded.map(({ kindName }) => kindName))])}</summary>
            ${folded.map((part) => html`<p class="rest-name">${part.kindName}</p>${partView(part, [])}`)}
          </details>`
        : nothing}
    </div>
    ${photosView(line.photos)} ${filesView(line.files)}
    ${line.receiving ? html`<p class="receiving">${icon("clock")}<span>${t.receiving(line.receiving)}</span></p>` : nothing}
    ${acknowledgedView(view)}
  </div>`;
}

/** What has to be known before the words are believed. */
function flagsOf({ letter, opened, onTrust }: LetterView): TemplateResult {
  return html`${letter.alert ? html`<p class="letter-flag alert">${icon("urgent")}<span>${words.alert(letter.alert)}</span></p>` : nothing}
    ${letter.isForged ? html`<p class="letter-flag">${icon("late")}<span>${words.forged}</span></p>` : nothing}
    ${letter.stranger
      ? html`<div class="letter-flag">
          <p>${icon("person")}<span>${words.stranger(letter.stranger)}</span></p>
          ${opened.case?.state === "closed"
            ? nothing
            : html`<button type="button" class="plain small" aria-disabled=${opened.busy !== null} @click=${() => onTrust(letter)}>${words.trust}</button>`}
        </div>`
      : nothing}
    ${letter.automatic ? html`<p class="letter-flag quiet">${icon("robot")}<span>${words.automatic(letter.automatic)}</span></p>` : nothing}
    ${letter.personal.length ? html`<p class="letter-flag quiet">${icon("lock")}<span>${words.personal(letter.personal)}</span></p>` : nothing}
    ${letter.masked.length ? html`<p class="letter-flag quiet">${icon("lock")}<span>${words.masked(letter.masked)}</span></p>` : nothing}`;
}

function acknowledgedView({ letter, opened, onAcknowledge, onDrop }: LetterView): TemplateResult | typeof nothing {
  // Of the letters of a case only the first is acknowledged: of the others there is nothing to say.
  if (letter.acknowledged === "none" && opened.case?.mail?.letters[0] !== letter) return nothing;
  return html`<div class="receipt is-${letter.acknowledged}">
    <p>${icon(letter.acknowledged === "sent" ? "check" : letter.acknowledged === "held" ? "clock" : "mail")}<span>${letter.acknowledgedWords}</span></p>
    ${letter.acknowledged === "held"
      ? html`<button type="button" class="plain small" aria-disabled=${opened.busy !== null} @click=${() => onAcknowledge(letter)}>
          ${icon("send")}${words.acknowledge}
          </button>
          <button type="button" class="plain small" aria-disabled=${opened.busy !== null} @click=${() => onDrop(letter)}>${icon("close")}${words.drop}</button>`
      : nothing}
  </div>`;
}

/** A passage as it stands there; the words that decided are marked. */
function partView({ text, kind }: Part, because: readonly string[]): TemplateResult {
  return html`<p class="typed part ${kind}">${marked(text, because).map(({ text: stretch, isMarked }) =>
    isMarked ? html`<mark title=${words.marked}>${stretch}</mark>` : stretch,
  )}</p>`;
}
