import { html, nothing, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";

import { blocks } from "../../widget/words";
import type { Editing } from "../articles/editing";
import { icon } from "../icons";
import { articles as t } from "../strings/articles";

/** What becomes of the text: what to look at again, the passages that the bot quotes, and the page of the site. */
export function previewView({ preview, previewProblem, fields }: Editing): TemplateResult {
  return html`<h3 id="preview-title">${t.preview}</h3>
    ${previewProblem ? html`<p class="problem">${icon("late")} ${previewProblem}</p>` : nothing}
    ${preview
      ? html`${preview.warnings.length
            ? html`<div class="warnings">
                <p>${icon("late")}<strong>${t.warnings(preview.warnings.length)}</strong></p>
                <ul role="list">
                  ${preview.warnings.map(({ text }) => html`<li>${text}</li>`)}
                </ul>
              </div>`
            : nothing}
          <h4>${t.quoted}</h4>
          ${preview.passages.length
            ? html`<p class="hint">${t.quotedHelp}</p>
                <ol class="passages" role="list">
                  ${preview.passages.map(
                    ({ headings, text, words }, at) => html`<li>
                      <p class="hint">${t.passage(at + 1, preview.passages.length, words)}</p>
                      <div class="passage-bubble">
                        ${headings.length ? html`<p><strong>${headings.join(" – ")}</strong></p>` : nothing} ${wordsView(text)}
                      </div>
                    </li>`,
                  )}
                </ol>`
            : html`<p class="hint">${t.emptyPage}</p>`}
          <h4>${t.page}</h4>
          <div class="page-preview" lang="fr">
            <p class="page-title">${fields.title || t.createTitle}</p>
            ${unsafeHTML(preview.html)}
          </div>`
      : previewProblem
        ? nothing
        : html`<p class="hint">${t.previewWait}</p>`}`;
}

function wordsView(text: string): readonly TemplateResult[] {
  return blocks(text).map(({ kind, lines }) =>
    kind === "list"
      ? html`<ul>${lines.map((one) => html`<li>${one}</li>`)}</ul>`
      : html`<p>${lines.map((one, at) => html`${at ? html`<br />` : nothing}${one}`)}</p>`,
  );
}
