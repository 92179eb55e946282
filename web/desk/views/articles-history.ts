import { html, nothing, type TemplateResult } from "lit";

import { momentWords } from "../ages";
import { differences, shortened } from "../articles/differences";
import type { Edition } from "../articles/words";
import { icon } from "../icons";
import { articles as t } from "../strings/articles";
import type { EditorView } from "./articles-editor";

/** Every saved edition, the newest first; each can be compared with what is written now, and restored. */
export function historyView(view: EditorView): TemplateResult {
  const { editing, now, onAct } = view;
  const { history, article } = editing;
  return html`<h3 id="history-title" tabindex="-1">${t.historyTitle}</h3>
    ${editing.isDirty ? html`<p class="hint">${t.restoreFirstSave}</p>` : nothing}
    ${history?.length ? nothing : html`<p class="hint">${t.historyNone}</p>`}
    <ol class="editions" role="list">
      ${history?.map((one) => {
        const isCurrent = one.number === article?.version;
        const isCompared = one.number === editing.compared;
        return html`<li>
          <p class="edition-head">
            <strong>${one.didName}</strong> <span class="hint">${t.edition(one.number)}${isCurrent ? `, ${t.current}` : ""}</span>
          </p>
          <p class="hint"><bdi>${one.agent || t.account}</bdi>, ${momentWords(one.at, now)}</p>
          <div class="ways">
            ${isCurrent && !editing.isDirty && !isCompared ? nothing : html`<button
              type="button"
              class="plain small"
              aria-expanded=${isCompared}
              aria-label=${isCompared ? t.hideCompare : t.compareLabel(one.number)}
              @click=${() => editing.compare(isCompared ? null : one.number)}
            >
              ${icon("lines")}${isCompared ? t.hideCompare : t.compare}
            </button>`}
            ${isCurrent || editing.isBrought
              ? nothing
              : html`<button
                  type="button"
                  class="plain small"
                  aria-label=${t.restoreLabel(one.number)}
                  ?disabled=${editing.isDirty}
                  @click=${() => onAct(editing.restore(one.number))}
                >
                  ${icon("undo")}${t.restore}
                </button>`}
          </div>
          ${isCompared ? comparedView(one, view) : nothing}
        </li>`;
      })}
    </ol>`;
}

function comparedView(edition: Edition, { editing: { fields } }: EditorView): TemplateResult {
  return html`<div class="compared" role="group" aria-label=${t.differences(edition.number)}>
    <p class="hint">${t.differences(edition.number)}</p>
    ${edition.title === fields.title ? nothing : html`<p>${t.fieldChanged(t.titleField, edition.title, fields.title)}</p>`}
    ${edition.validUntil === fields.validUntil
      ? nothing
      : html`<p>${t.fieldChanged(t.validField, edition.validUntil, fields.validUntil)}</p>`}
    ${edition.keywords.join(", ") === fields.keywords
      ? nothing
      : html`<p>${t.fieldChanged(t.keywordsField, edition.keywords.join(", "), fields.keywords)}</p>`}
    ${differencesView(edition.body, fields.body)}
  </div>`;
}

/** Lines that went and lines that came, with signs and words beside the colours. */
export function differencesView(older: string, newer: string): TemplateResult {
  const changes = differences(older, newer);
  if (changes.every(({ kind }) => kind === "same")) return html`<p class="hint">${t.sameText}</p>`;
  return html`<ul class="differences" role="list" tabindex="0" aria-label=${t.differing}>
    ${shortened(changes).map((change) => {
      if (!change) return html`<li class="skipped"><span aria-hidden="true">⋯</span><span class="vh">${t.skipped}</span></li>`;
      const { kind, line } = change;
      if (kind === "same") return html`<li><span class="sign" aria-hidden="true"></span><span>${line}</span></li>`;
      const isAdded = kind === "added";
      return html`<li class=${kind}>
        <span class="sign" aria-hidden="true">${isAdded ? "+" : "−"}</span
        ><span class="vh">${isAdded ? t.lineAdded : t.lineRemoved} : </span>${isAdded ? html`<ins>${line}</ins>` : html`<del>${line}</del>`}
      </li>`;
    })}
  </ul>`;
}
