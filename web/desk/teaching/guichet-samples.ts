import { LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";

import type { Api } from "../api";
import base from "../style.css?inline";
import sheet from "../style-teaching.css?inline";
import { teaching as t } from "../strings/teaching";
import { samplesView } from "../views/samples";
import { next, pressed } from "./keys";
import { TeachingRequests } from "./requests";
import type { Rating, Sample, Samples } from "./words";

const KEYS: Readonly<Record<string, Rating>> = { b: "right", p: "partly", f: "wrong", s: "unsourced" };

/** `<guichet-samples>`: a week's random sample of answers to rate, and how good they are, week by week. */
export class GuichetSamples extends LitElement {
  static override readonly styles = [base, sheet].map((one) => unsafeCSS(one));
  static override readonly properties = { shortcuts: { attribute: false }, search: { attribute: false } };

  api!: Api;
  tell!: (words: string) => void;
  onSearch!: (search: string) => void;
  declare shortcuts: boolean;
  /** What the address keeps: the week. */
  declare search: string;

  #samples: Samples | null = null;
  #failure = "";
  #current: number | null = null;
  #busy: number | null = null;

  constructor() {
    super();
    this.shortcuts = true;
    this.search = "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("search")) void this.#look();
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  override render(): TemplateResult {
    return samplesView({
      samples: this.#samples,
      failure: this.#failure,
      shortcuts: this.shortcuts,
      reached: this.#reached?.id ?? null,
      busy: this.#busy,
      onRetry: () => void this.#look(),
      onWeek: (week) => this.onSearch(`?week=${encodeURIComponent(week)}`),
      onKey: (event) => this.#onKey(event),
      onReach: (sample) => (this.#current = sample.id),
      onRate: (sample, rating) => void this.#rate(sample, rating),
    });
  }

  get #reached(): Sample | null {
    const samples = this.#samples?.samples ?? [];
    return samples.find(({ id }) => id === this.#current) ?? samples[0] ?? null;
  }

  async #look(): Promise<void> {
    const search = this.search;
    const answer = await new TeachingRequests(this.api).samples(new URLSearchParams(search).get("week") ?? "");
    if (search !== this.search) return;
    this.#failure = answer.ok ? "" : answer.text;
    if (answer.ok) this.#samples = answer.value;
    this.requestUpdate();
  }

  #onKey(event: KeyboardEvent): void {
    const key = pressed(event, this.shortcuts);
    const sample = this.#reached;
    if (!key || !sample) return;
    const rating = "letter" in key ? KEYS[key.letter] : undefined;
    if ("step" in key) {
      this.#current = next(this.#samples?.samples ?? [], sample.id, key.step)?.id ?? null;
      this.requestUpdate();
      void this.#toCard();
    } else if (rating && !sample.isGone) void this.#rate(sample, rating);
    else return;
    event.preventDefault();
  }

  /** The same rating once more takes it back. */
  async #rate(sample: Sample, rating: Rating): Promise<void> {
    if (this.#busy !== null) return;
    this.#busy = sample.id;
    this.requestUpdate();
    const wanted = sample.rating === rating ? "" : rating;
    const answer = await new TeachingRequests(this.api).rate(sample.id, wanted);
    this.#busy = null;
    this.#failure = answer.ok ? "" : answer.text;
    if (answer.ok && this.#samples) {
      const { sample: rated, quality } = answer.value;
      const { samples, weeks } = this.#samples;
      this.#samples = {
        ...this.#samples,
        samples: samples.map((one) => (one.id === rated.id ? rated : one)),
        weeks: weeks.map((one) => (one.week === quality.week ? quality : one)),
        quality,
      };
    }
    this.tell(answer.ok ? (wanted ? t.toldRated(t.ratings[wanted]) : t.toldUnrated) : answer.text);
    this.requestUpdate();
  }

  async #toCard(): Promise<void> {
    await this.updateComplete;
    const card = this.renderRoot.querySelector<HTMLElement>(`.card[data-id="${this.#reached?.id}"]`);
    card?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("guichet-samples", GuichetSamples);
