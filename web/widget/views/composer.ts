import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import { countChars } from "../words";
import { photoButton, photosView, type PhotosView } from "./photos";

export interface ComposerView extends PhotosView {
  readonly placeholder: string;
  readonly draft: string;
  readonly limit: number;
  /** Why the last attempt to send did nothing, in words. */
  readonly problem: string | null;
  readonly onInput: (text: string) => void;
  readonly onSend: () => void;
  readonly takesPhotos: boolean;
  readonly onPhotos: (files: readonly File[]) => void;
  readonly onPerson: (event: Event) => void;
}

/** The counter appears when this share of the limit is left. */
const COUNTER_SHARE = 0.1;

/** The field, its button, and the way to a person. Enter sends, Shift+Enter breaks the line. */
export function composerView(view: ComposerView): TemplateResult {
  const { t, draft, limit } = view;
  const left = limit - countChars(draft);
  const note = view.problem ?? (left < 0 ? t.excess(-left) : left <= limit * COUNTER_SHARE ? t.remaining(left) : "");
  const isWrong = view.problem !== null || left < 0;
  const submit = (event: Event): void => {
    event.preventDefault();
    view.onSend();
  };
  const onKey = (event: KeyboardEvent): void => {
    // Enter that only ends the composition of a character (Asian keyboards) is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  const onInput = (event: Event): void => {
    const field = event.target as HTMLTextAreaElement;
    fit(field);
    view.onInput(field.value);
  };
  return html`${photosView(view)}
    <form class="composer" novalidate @submit=${submit}>
      <label class="vh" for="field">${t.field}</label>
      <textarea
        id="field"
        rows="1"
        autocomplete="off"
        enterkeyhint="send"
        placeholder=${view.placeholder}
        aria-describedby="note"
        aria-invalid=${isWrong ? "true" : nothing}
        .value=${draft}
        @input=${onInput}
        @keydown=${onKey}
      ></textarea>
      ${view.takesPhotos ? photoButton(t, view.onPhotos) : nothing}
      <button type="submit" class="send" aria-label=${t.send}>${icon("send")}</button>
    </form>
    <p id="note" class=${isWrong ? "note problem" : "note"}>${note}</p>
    <button type="button" class="person" aria-haspopup="dialog" @click=${view.onPerson}>
      ${icon("phone")}<span>${t.person}</span>
    </button>`;
}

/** As high as its text, up to the five lines that the style sheet allows. */
export function fit(field: HTMLTextAreaElement): void {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
