import { html, nothing, type TemplateResult } from "lit";

import { fieldsOf } from "../articles/fields";
import { icon } from "../icons";
import { articles as t } from "../strings/articles";
import type { EditorView } from "./articles-editor";
import { differencesView } from "./articles-history";

/** Two have written at once: what the other one saved beside one's own, and both ways on; neither loses a text. */
export function conflictView({ editing, onAct }: EditorView): TemplateResult | typeof nothing {
  const { conflict, fields } = editing;
  if (!conflict) return nothing;
  const theirs = fieldsOf(conflict.theirs);
  return html`<section class="notice-bar conflict" aria-labelledby="conflict-title">
    <h3 id="conflict-title" tabindex="-1">${icon("late")}<span>${t.conflictTitle(conflict.by)}</span></h3>
    <p>${t.conflictWhat(conflict.by)}</p>
    ${theirs.title === fields.title ? nothing : html`<p>${t.fieldChanged(t.titleField, theirs.title, fields.title)}</p>`}
    ${theirs.keywords === fields.keywords ? nothing : html`<p>${t.fieldChanged(t.keywordsField, theirs.keywords, fields.keywords)}</p>`}
    ${differencesView(theirs.body, fields.body)}
    <div class="ways">
      <button type="button" class="primary small" @click=${() => onAct(editing.keepMine())}>${t.keepMine}</button>
      <button type="button" class="plain small" @click=${() => editing.takeTheirs()}>${t.takeTheirs(conflict.by)}</button>
    </div>
  </section>`;
}
