import { html, nothing, type TemplateResult } from "lit";

import { languageName } from "../ages";
import { icon } from "../icons";
import type { Letter, Mail, Named } from "../letters/words";
import type { Opened } from "../opened";
import { fr as t } from "../strings/fr";
import { letters as words } from "../strings/letters";
import { otherCase } from "./other-case";

export interface ReadingView {
  readonly opened: Opened;
  readonly onOpenCase: (id: number) => void;
}

/** What was read in the letter that opened the case, why it is here, and what of that an agent can put right. */
export function readingView({ opened, onOpenCase }: ReadingView): TemplateResult | typeof nothing {
  const shown = opened.case;
  const mail = shown?.mail;
  const letter = mail?.letters[0];
  if (!mail || !letter) return nothing;
  const isOpen = shown?.state !== "closed";
  return html`<section aria-labelledby="reading-title" class="reading">
    <h3 id="reading-title">${words.reading}</h3>
    <dl class="facts-list">
      <div>
        <dt>${words.forService}</dt>
        <dd>
          <ul role="list" class="likely">
            ${letter.services.slice(0, 3).map(({ name, likely }) => html`<li><span>${name}</span> <span class="facts">${likely}</span></li>`)}
          </ul>
          ${letter.isSure ? nothing : html`<p class="unsure">${icon("doubt")}<span>${words.unsure}</span></p>`}
        </dd>
      </div>
      ${letter.rule ? html`<div><dt>${words.rule}</dt><dd dir="auto">${letter.rule}</dd></div>` : nothing}
      ${letter.because.length
        ? html`<div><dt>${words.because}</dt><dd dir="auto" class="because">${letter.because.map((one) => html`<mark>${one}</mark> `)}</dd></div>`
        : nothing}
      ${choiceView("kind", words.kind, mail.kinds, letter.kind, letter.kindName, isOpen, (kind) => void opened.correct({ kind }))}
      ${choiceView("urgency", words.urgency, mail.urgencies, letter.urgency, letter.urgencyName, isOpen, (urgency) => void opened.correct({ urgency }))}
      <div><dt>${words.language}</dt><dd>${languageName(letter.language) || t.french}</dd></div>
      ${proofsView(letter)}
    </dl>
    ${alikeView(mail, onOpenCase)}
  </section>`;
}

function choiceView(
  name: string,
  label: string,
  choices: readonly Named[],
  value: string,
  words: string,
  isOpen: boolean,
  onChoose: (value: string) => void,
): TemplateResult {
  if (!isOpen || !choices.length) return html`<div><dt>${label}</dt><dd>${words}</dd></div>`;
  return html`<div>
    <dt><label for="letter-${name}">${label}</label></dt>
    <dd>
      <select id="letter-${name}" .value=${value} @change=${(event: Event) => onChoose((event.target as HTMLSelectElement).value)}>
        ${choices.map((one) => html`<option value=${one.code} ?selected=${one.code === value}>${one.name}</option>`)}
      </select>
    </dd>
  </div>`;
}

/** What our mail server found about the sender; a failure stands out by its drawing too. */
function proofsView({ proofs }: Letter): TemplateResult | typeof nothing {
  if (!proofs.length) return nothing;
  const drawn = { pass: "check", fail: "late", none: "doubt" } as const;
  return html`<div>
    <dt>${words.proofs}</dt>
    <dd>
      <ul role="list" class="proofs">
        ${proofs.map(({ verdict, text }) => html`<li class=${verdict}>${icon(drawn[verdict])}<span>${text}</span></li>`)}
      </ul>
    </dd>
  </div>`;
}

function alikeView({ alike, alikeCases }: Mail, onOpenCase: (id: number) => void): TemplateResult | typeof nothing {
  if (!alike) return nothing;
  return html`<h4 id="alike-title">${words.alike(alike)}</h4>
    <ul class="other-cases" role="list" aria-labelledby="alike-title">
      ${alikeCases.map((one) => otherCase(one, onOpenCase))}
      ${alike > alikeCases.length && alikeCases.length ? html`<li class="facts">${words.alikeMore(alike - alikeCases.length)}</li>` : nothing}
    </ul>`;
}
