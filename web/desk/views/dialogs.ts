import { html, nothing, type TemplateResult } from "lit";

import type { Dialog } from "../dialogs";
import { icon } from "../icons";
import type { Case, Service } from "../protocol";
import { fr as t } from "../strings/fr";

export interface DialogView {
  readonly dialog: Dialog;
  readonly problem: string | null;
  readonly isBusy: boolean;
  readonly shown: Case | null;
  readonly services: readonly Service[];
  readonly hasDraft: boolean;
  readonly drafts: number;
  readonly shortcuts: boolean;
  readonly onLeave: () => void;
  readonly onTransfer: (service: string, note: string) => void;
  readonly onRelease: (reason: string) => void;
  readonly onClose: (cancelsAppointment: boolean) => void;
  readonly onSignOut: () => void;
}

/** A modal dialog: a heading that names the thing, what will happen, and both ways out in words. */
export function dialogView(view: DialogView): TemplateResult {
  const title = titleOf(view);
  const leave = (event: Event): void => {
    event.preventDefault();
    view.onLeave();
  };
  return html`<dialog class=${view.dialog} aria-labelledby="dialog-title" @cancel=${leave}>
    <h2 id="dialog-title">${title}</h2>
    ${view.problem ? html`<p class="problem">${icon("late")} ${view.problem}</p>` : nothing} ${contentOf(view)}
  </dialog>`;
}

function titleOf({ dialog, shown }: DialogView): string {
  return {
    transfer: t.transferTitle,
    release: t.releaseTitle,
    close: t.closeTitle(shown?.number ?? ""),
    keys: t.shortcutSheet,
    signedOut: t.signedOutTitle,
    signOut: t.signOutTitle,
  }[dialog];
}

function contentOf(view: DialogView): TemplateResult {
  switch (view.dialog) {
    case "transfer":
      return transferForm(view);
    case "release":
      return releaseForm(view);
    case "close":
      return closeForm(view);
    case "keys":
      return keysView(view);
    case "signedOut":
      return html`<p>${t.signedOutWhat}</p>
        <div class="ways">
          <a class="primary" href="/desk/login">${t.signIn}</a>
          <button type="button" class="plain" @click=${view.onLeave}>${t.stay}</button>
        </div>`;
    case "signOut":
      return html`<p>${t.signOutWhat(view.drafts)}</p>
        ${ways(t.signOutYes, t.signOutNo, view, view.onSignOut)}`;
  }
}

function transferForm(view: DialogView): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const said = new FormData(event.currentTarget as HTMLFormElement);
    view.onTransfer(String(said.get("service") ?? ""), String(said.get("note") ?? "").trim());
  };
  const others = view.services.filter(({ code }) => code !== view.shown?.service);
  return html`<form novalidate @submit=${submit}>
    <p>${t.transferWhat}</p>
    <label for="service">${t.transferTo}</label>
    <select id="service" name="service" required aria-invalid=${view.problem ? "true" : nothing}>
      <option value="">${t.transferChoose}</option>
      ${others.map(({ code, name }) => html`<option value=${code}>${name}</option>`)}
    </select>
    <label for="transfer-note">${t.transferNote}</label>
    <textarea id="transfer-note" name="note" rows="3" maxlength="2000"></textarea>
    ${ways(t.transferYes, t.cancel, view)}
  </form>`;
}

function releaseForm(view: DialogView): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    view.onRelease(String(new FormData(event.currentTarget as HTMLFormElement).get("reason") ?? "").trim());
  };
  return html`<form novalidate @submit=${submit}>
    <p>${t.releaseWhat}</p>
    <label for="reason">${t.releaseReason}</label>
    <input id="reason" name="reason" type="text" maxlength="200" autocomplete="off" />
    ${ways(t.releaseYes, t.cancel, view)}
  </form>`;
}

function closeForm(view: DialogView): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    view.onClose(new FormData(event.currentTarget as HTMLFormElement).has("cancels"));
  };
  const appointment = Date.parse(view.shown?.appointmentAt ?? "") > Date.now() ? view.shown?.appointmentWords : "";
  return html`<form novalidate @submit=${submit}>
    <p class="quoted" dir="auto">${t.closeWhat(view.shown?.subject || t.noSubject)}</p>
    <p>${t.closeThen}</p>
    ${view.hasDraft ? html`<p class="problem">${icon("late")} ${t.closeDraft}</p>` : nothing}
    ${appointment
      ? html`<label class="check"><input type="checkbox" name="cancels" /><span>${t.closeCancels(appointment)}</span></label>`
      : nothing}
    ${ways(t.closeYes, t.keep, view)}
  </form>`;
}

function keysView({ shortcuts, onLeave }: DialogView): TemplateResult {
  const { move, back, open, take, sheet, send, line, slash, undo } = t.keys;
  const table = (title: string, keys: readonly (readonly [string, string])[]): TemplateResult =>
    html`<h3>${title}</h3>
      <dl class="keys-list">
        ${keys.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}
      </dl>`;
  return html`<p class="hint">${shortcuts ? t.keysOnly : t.keysOff}</p>
    ${table(t.keysQueue, [move, back, open, take, sheet])} ${table(t.keysTalk, [send, line, slash, undo])}
    <div class="ways"><button type="button" class="primary" @click=${onLeave}>${t.close}</button></div>`;
}

/** The two ways out of a dialog; without `onYes` the first one sends its form. */
function ways(yes: string, no: string, { isBusy, onLeave }: DialogView, onYes?: () => void): TemplateResult {
  return html`<div class="ways">
    <button type=${onYes ? "button" : "submit"} class="primary" aria-disabled=${isBusy} @click=${onYes ?? nothing}>${yes}</button>
    <button type="button" class="plain" @click=${onLeave}>${no}</button>
  </div>`;
}
