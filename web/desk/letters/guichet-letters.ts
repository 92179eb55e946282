import { LitElement, html, unsafeCSS, type TemplateResult } from "lit";

import type { Api } from "../api";
import { letters as t } from "../strings/letters";
import base from "../style.css?inline";
import sheet from "../style-letters-page.css?inline";
import { overviewView } from "../views/letters-page";
import { LetterRequests } from "./requests";
import type { Aside, Held, Named, Overview } from "./words";

const ANEW_MS = 60_000;

/** `<guichet-letters>`: the town's mail by service, and what was put aside. */
export class GuichetLetters extends LitElement {
  static override readonly styles = [base, sheet].map((one) => unsafeCSS(one));

  api!: Api;
  tell!: (words: string) => void;
  /** The queue, of one service. */
  onService!: (service: Named) => void;
  onCase!: (id: number) => void;

  #overview: Overview | null = null;
  #failure: string | null = null;
  readonly #busy = new Set<number>();
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#look(), ANEW_MS);
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  override render(): TemplateResult {
    return html`${overviewView({
      overview: this.#overview,
      failure: this.#failure,
      now: this.api.now(),
      isBusy: (one) => this.#busy.has(one.id),
      onService: this.onService,
      onHeld: (act, one) => void this.#settle(act, one),
      onCase: (id) => this.onCase(id),
      onReal: (one) => void this.#open(one),
      onRetry: () => void this.#look(),
    })}`;
  }

  async #look(): Promise<void> {
    const answer = await new LetterRequests(this.api).overview();
    this.#failure = answer.ok ? null : answer.text;
    if (answer.ok) this.#overview = answer.value;
    this.requestUpdate();
  }

  /** Sends a held acknowledgement, or never; the focus goes to the next one, or to the list's title. */
  async #settle(act: "acknowledge" | "drop", one: Held): Promise<void> {
    if (this.#busy.has(one.id)) return;
    this.#busy.add(one.id);
    this.requestUpdate();
    const answer = await new LetterRequests(this.api)[act](one.caseId, one.id);
    this.#busy.delete(one.id);
    this.#failure = answer.ok ? null : answer.text;
    this.tell(answer.ok ? (act === "drop" ? t.toldDropped : t.toldAcknowledged) : answer.text);
    // Also where it is not there any more: somebody else was quicker.
    const isGone = answer.ok || answer.error === "missing" || answer.error === "not_allowed" || answer.error === "letter_missing";
    if (!isGone || !this.#overview) return this.requestUpdate();
    const place = this.#overview.held.findIndex(({ id }) => id === one.id);
    this.#overview = { ...this.#overview, held: this.#overview.held.filter(({ id }) => id !== one.id) };
    this.requestUpdate();
    await this.updateComplete;
    const rows = this.renderRoot.querySelectorAll<HTMLElement>("[aria-labelledby=held-title] .held-acts");
    const next = rows[Math.min(place, rows.length - 1)]?.querySelector<HTMLElement>("button");
    (next ?? this.renderRoot.querySelector<HTMLElement>("#held-title"))?.focus();
  }

  async #open(one: Aside): Promise<void> {
    if (this.#busy.has(one.id)) return;
    this.#busy.add(one.id);
    this.requestUpdate();
    const answer = await new LetterRequests(this.api).open(one.id);
    this.#busy.delete(one.id);
    this.#failure = answer.ok ? null : answer.text;
    this.tell(answer.ok ? t.toldOpened : answer.text);
    if (answer.ok) this.onCase(answer.value);
    else this.requestUpdate();
  }
}

customElements.define("guichet-letters", GuichetLetters);
