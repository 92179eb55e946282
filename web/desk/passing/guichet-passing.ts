import { LitElement, html, nothing, unsafeCSS, type TemplateResult } from "lit";

import type { Answer, Api } from "../api";
import { passing as t } from "../strings/passing";
import { styles } from "../styles";
import own from "../style-passing.css?inline";
import { fields } from "../protocol";
import { readOverview, readReferral, type Body, type Overview, type Referral } from "./protocol";

/** « Bonne porte »: passing a case on to who is competent, with the citizen's consent. */
export class GuichetPassing extends LitElement {
  static override readonly styles = [...styles, unsafeCSS(own)];
  static override readonly properties = {
    api: { attribute: false },
    caseId: { type: Number },
    mine: { type: Boolean },
    mark: { type: String },
    overview: { state: true },
    open: { state: true },
    failure: { state: true },
    said: { state: true },
    code: { state: true },
    busy: { state: true },
  };

  declare api: Api | null;
  declare caseId: number;
  /** Whether the agent has the case: only then may they ask. */
  declare mine: boolean;
  /** Changes whenever the case does: what is shown here is read anew. */
  declare mark: string;
  declare protected overview: Overview | null;
  declare protected open: boolean;
  declare protected failure: string;
  declare protected said: string;
  declare protected code: string;
  declare protected busy: boolean;

  #text = "";

  constructor() {
    super();
    this.api = null;
    this.caseId = 0;
    this.mine = false;
    this.mark = "";
    this.overview = null;
    this.open = false;
    this.failure = this.said = this.code = "";
    this.busy = false;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("caseId")) {
      this.overview = null;
      this.open = false;
      this.failure = this.said = "";
    }
    if ((changed.has("caseId") || changed.has("mark") || changed.has("api")) && this.caseId) void this.#read();
  }

  protected override render(): TemplateResult {
    const { overview } = this;
    return html`<section aria-labelledby="passing-title">
      <h3 id="passing-title">${t.title}</h3>
      ${overview?.referrals.length
        ? html`<ul class="referrals" role="list">
            ${overview.referrals.map((one) => this.#referral(one))}
          </ul>`
        : nothing}
      ${this.open && overview ? this.#form(overview) : this.#begin()}
      <p class="failure" role="alert">${this.failure}</p>
      <p class="told" role="status">${this.said}</p>
    </section>`;
  }

  #begin(): TemplateResult {
    return this.mine
      ? html`<p class="hint">${t.help}</p>
          <button type="button" class="plain begin" ?disabled=${!this.overview} @click=${this.#enter}>${t.begin}</button>`
      : html`<p class="hint">${t.takeFirst}</p>`;
  }

  #form(overview: Overview): TemplateResult {
    const body = overview.bodies.find(({ code }) => code === this.code);
    const left = overview.personal.filter((found) => this.#text.includes(found));
    return html`<form @submit=${this.#ask}>
      <label for="body">${t.body}</label>
      <select id="body" required aria-describedby="body-line" @change=${(event: Event) => (this.code = (event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${!this.code}>${t.choose}</option>
        ${overview.bodies.map(
          ({ code, name }) => html`<option value=${code} ?selected=${code === this.code}>${name}${code === overview.near ? ` (${t.near})` : nothing}</option>`,
        )}
      </select>
      <p id="body-line" class="hint">${body ? lineOf(body) : nothing}</p>
      <label for="passed-text">${t.text}</label>
      <textarea id="passed-text" rows="9" required maxlength=${overview.maxTextChars} aria-describedby="text-help" .value=${this.#text}
        @input=${this.#write}></textarea>
      <p id="text-help" class="hint">${t.textHelp}</p>
      ${left.length ? html`<p class="callback-hint">${t.personal(left)}</p>` : nothing}
      <label class="check"><input type="checkbox" id="closes" /> ${t.closes}</label>
      <p class="acts">
        <button type="submit" class="primary" ?disabled=${this.busy}>${t.ask}</button>
        <button type="button" class="plain" @click=${this.#leave}>${t.cancel}</button>
      </p>
    </form>`;
  }

  #referral(one: Referral): TemplateResult {
    const act = (words: string, path: string, body: object): TemplateResult =>
      html`<button type="button" class="plain small" ?disabled=${this.busy} @click=${() => this.#act(one.id, path, body)}>${words}</button>`;
    const asked = one.state === "asked";
    return html`<li>
      <span class="what"><bdi>${one.name}</bdi></span>
      <span class="facts">${one.stateName}</span>
      <details><summary>${t.read}</summary><p class="words" dir="auto">${one.text}</p></details>
      <div class="acts" role="group" aria-label=${t.actions(one.name)}>
        ${asked ? html`${act(t.toldYes, "answer", { given: true })}${act(t.toldNo, "answer", { given: false })}` : nothing}
        ${one.byHand
          ? html`<button type="button" class="plain small" @click=${() => download(one)}>${t.download}</button>${act(t.passed, "sent", {})}`
          : nothing}
        ${asked || one.state === "given" || one.state === "failed" ? act(t.withdraw, "withdraw", {}) : nothing}
      </div>
    </li>`;
  }

  readonly #enter = (): void => {
    if (!this.overview) return;
    this.#text = this.overview.draft;
    this.code = this.overview.near;
    this.open = true;
    this.failure = this.said = "";
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("#body")?.focus());
  };

  readonly #write = (event: Event): void => {
    this.#text = (event.target as HTMLTextAreaElement).value;
    this.requestUpdate();
  };

  readonly #leave = (): void => {
    this.open = false;
    this.failure = "";
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".begin")?.focus());
  };

  readonly #ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!this.code || !this.#text.trim()) {
      this.failure = t.empty;
      return;
    }
    const closes = this.renderRoot.querySelector<HTMLInputElement>("#closes")?.checked === true;
    const answer = await this.#request("", { body: this.code, text: this.#text, closes }, (raw) => fields(raw)["reached"] === true);
    if (!answer?.ok) return;
    this.#leave();
    this.said = answer.value ? t.asked : t.notReached;
  };

  async #act(id: number, path: string, body: object): Promise<void> {
    const answer = await this.#request(`/${id}/${path}`, body, (raw) => readReferral(fields(raw)["referral"]));
    if (answer?.ok) this.said = answer.value.stateName;
  }

  async #request<T>(path: string, body: object, read: (raw: unknown) => T): Promise<Answer<T> | null> {
    if (!this.api || this.busy) return null;
    this.busy = true;
    this.failure = this.said = "";
    const answer = await this.api.request("POST", `cases/${this.caseId}/referrals${path}`, body, read);
    this.busy = false;
    if (!answer.ok) this.failure = answer.text;
    await this.#read();
    return answer;
  }

  async #read(): Promise<void> {
    const asked = this.caseId;
    const answer = await this.api?.request("GET", `cases/${asked}/referrals`, undefined, readOverview);
    if (!answer || asked !== this.caseId) return;
    if (answer.ok) {
      // What was told of a step is over once there is another one.
      if (this.overview && stepsOf(answer.value) !== stepsOf(this.overview)) this.said = "";
      this.overview = answer.value;
    }
    else if (!this.overview) this.failure = answer.text;
  }
}

function stepsOf({ referrals }: Overview): string {
  return referrals.map(({ id, state }) => `${id}${state}`).join();
}

function lineOf({ line, mailed }: Body): TemplateResult {
  return html`<bdi>${line}</bdi><br />${mailed ? t.mailed : t.byHand}`;
}

/** A text to print or to put into a mail of one's own. */
function download({ id, text: words }: Referral): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([words], { type: "text/plain;charset=utf-8" }));
  link.download = `transmission-${id}.txt`;
  link.click();
  URL.revokeObjectURL(link.href);
}

if (!customElements.get("guichet-passing")) customElements.define("guichet-passing", GuichetPassing);
