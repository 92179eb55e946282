import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import type { Config, Contact } from "../protocol";
import type { Preferences } from "../storage";
import { catalogues, type Strings } from "../strings";
import { unbroken } from "../words";

/** What can lie over the conversation, inside the panel. */
export type Sheet = "menu" | "person" | "erase";

export interface MenuView {
  readonly t: Strings;
  readonly config: Config | null;
  readonly preferences: Preferences;
  readonly canErase: boolean;
  readonly mailto: string | null;
  readonly onPrefer: (change: Partial<Preferences>) => void;
  readonly onPrint: () => void;
  readonly onErase: () => void;
}

/** A part of the panel that lies over the conversation, with its heading and the way back. */
export function sheetView(title: string, t: Strings, onBack: () => void, content: unknown): TemplateResult {
  return html`<div class="sheet" role="dialog" aria-labelledby="sheet-title">
    <div class="sheet-head">
      <button type="button" class="round" aria-label=${t.back} @click=${onBack}>${icon("back")}</button>
      <h3 id="sheet-title" tabindex="-1">${title}</h3>
    </div>
    ${content}
  </div>`;
}

/** How a person is reached without any of this: the number first. */
export function personView(t: Strings, config: Config | null): TemplateResult {
  const contact = config?.contact;
  if (!contact?.phone) return html`<p class="lead">${t.noContact}</p>`;
  const rows = [
    [t.hours, unbroken(contact.hours)],
    [t.counter, unbroken(place(contact))],
  ] as const;
  return html`<dl class="contact">
    <div>
      <dt>${t.phone}</dt>
      <dd><a class="call" href="tel:${contact.phone.replace(/[^\d+]/g, "")}">${icon("phone")} ${contact.phone}</a></dd>
    </div>
    ${rows.map(([name, value]) => (value ? html`<div><dt>${name}</dt><dd class="typed">${value}</dd></div>` : nothing))}
    ${contact.email
      ? html`<div><dt>${t.email}</dt><dd><a href="mailto:${contact.email}">${contact.email}</a></dd></div>`
      : nothing}
  </dl>`;
}

export function menuView(view: MenuView): TemplateResult {
  const { t, config, preferences, onPrefer } = view;
  const link = (url: string | null | undefined, name: "lock" | "access", words: string): unknown =>
    url
      ? html`<li>
          <a class="item" href=${url} target="_blank" rel="noopener noreferrer"
            >${icon(name)}<span>${words}<span class="vh"> (${t.newTab})</span></span></a
          >
        </li>`
      : nothing;
  return html`<ul class="items">
      <li><button type="button" class="item" @click=${view.onPrint}>${icon("print")}<span>${t.print}</span></button></li>
      ${view.mailto
        ? html`<li><a class="item" href=${view.mailto}>${icon("mail")}<span>${t.mail}</span></a></li>`
        : nothing}
      ${view.canErase
        ? html`<li>
            <button type="button" class="item" @click=${view.onErase}>${icon("trash")}<span>${t.erase}</span></button>
          </li>`
        : nothing}
    </ul>
    <fieldset>
      <legend>${t.textSize}</legend>
      <div class="segments">
        ${t.sizes.map((name, size) => radio("size", name, preferences.size === size, () => onPrefer({ size })))}
      </div>
    </fieldset>
    <fieldset>
      <legend>${t.switchLanguage}</legend>
      <div class="segments">
        ${catalogues.map(({ language, languageName }) =>
          radio("language", languageName, t.language === language, () => onPrefer({ language }), language),
        )}
      </div>
    </fieldset>
    <div class="switches">
      ${checkbox(t.digits, preferences.digits, (digits) => onPrefer({ digits }))}
      ${checkbox(t.times, preferences.times, (times) => onPrefer({ times }))}
    </div>
    <ul class="items">
      ${link(config?.privacyUrl, "lock", t.privacy)} ${link(config?.accessibilityUrl, "access", t.accessibility)}
    </ul>`;
}

export function eraseView(
  t: Strings,
  busy: boolean,
  problem: string | null,
  onErase: () => void,
  onKeep: () => void,
): TemplateResult {
  return html`<div class="lead">
    <p>${t.eraseWhat}</p>
    ${problem === null ? nothing : html`<p class="problem">${icon("alert")} ${unbroken(problem || t.eraseFailed)}</p>`}
    <div class="actions">
      <button type="button" class="danger" aria-disabled=${busy} @click=${onErase}>${busy ? t.erasing : t.eraseYes}</button>
      <button type="button" class="plain" @click=${onKeep}>${t.eraseNo}</button>
    </div>
  </div>`;
}

function radio(name: string, words: string, checked: boolean, onPick: () => void, language?: string): TemplateResult {
  return html`<label lang=${language ?? nothing}>
    <input type="radio" name=${name} .checked=${checked} @change=${onPick} /><span>${words}</span>
  </label>`;
}

function checkbox(words: string, checked: boolean, onChange: (checked: boolean) => void): TemplateResult {
  return html`<label>
    <input
      type="checkbox"
      .checked=${checked}
      @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
    /><span>${words}</span>
  </label>`;
}

/** Counter and address, the street named once. */
function place({ counter, address }: Contact): string {
  const street = address.split(",", 1)[0] ?? "";
  return street && counter.includes(street) ? counter : [counter, address].filter(Boolean).join("\n");
}
