import { LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";

import type { Api } from "../api";
import type { Pages } from "../pages";
import type { Me } from "../protocol";
import { insights as t } from "../strings/insights";
import base from "../style.css?inline";
import sheet from "../style-insights.css?inline";
import { insightsView, waitingView } from "../views/insights-page";
import { readFilters, searchOf, type Filters } from "./filters";
import { readInsights, type Finding, type Insights } from "./words";

const [FIRST_WIDTH, LEAST_WIDTH] = [640, 240];
/** While days are being counted, the page asks again so often. */
const ASK_AGAIN_MS = 10_000;

/** `<guichet-insights>`: the page of figures. What it is asked for stands in the address, and only there. */
export class GuichetInsights extends LitElement {
  static override readonly styles = [base, sheet].map((one) => unsafeCSS(one));
  static override readonly properties = { search: { attribute: false } };

  declare search: string;
  api!: Api;
  me!: Me;
  pages!: Pages;
  tell!: (words: string) => void;
  onSearch!: (search: string) => void;
  onService!: (service: { code: string; name: string }) => void;

  #insights: Insights | null = null;
  #failure: string | null = null;
  #isBusy = false;
  #asked: number | null = null;
  #width = FIRST_WIDTH;
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #unfolded = new Set<string>();
  readonly #sizes = new ResizeObserver(() => this.#measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    clearTimeout(this.#again);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("search")) void this.#load(this.search);
  }

  override updated(): void {
    this.#measure();
  }

  override render(): TemplateResult {
    const usual = this.search ? (): void => this.onSearch("") : null;
    const retry = (): void => void this.#load(this.search);
    if (!this.#insights) return waitingView(this.#failure, retry, usual);
    const filters = readFilters(this.search);
    return insightsView(
      {
        ...{ insights: this.#insights, figures: this.#insights.figures, filters, town: this.me.town, isBusy: this.#isBusy },
        ...{ width: this.#width, unfolded: this.#unfolded, asked: this.#asked },
        fileOf: (table) => `/desk/api/insights.csv${searchOf(filters) || "?"}&table=${table}`.replace("?&", "?"),
        onFilter: (change: Partial<Filters>) => this.onSearch(searchOf({ ...filters, ...change })),
        onUnfold: (table) => this.#unfold(table),
        onAsk: (finding) => void this.#ask(finding),
        onDismiss: (finding) => void this.#dismiss(finding),
        onJump: (target) => void this.#focus(target),
        onPage: (page) => this.pages.go(page),
        onService: (service) => this.onService(service),
      },
      this.#failure,
      retry,
      usual,
    );
  }

  /** The figures of an address; those of one that has been left meanwhile are nobody's. */
  async #load(search: string, isQuiet = false): Promise<void> {
    const isFirst = this.#insights === null;
    clearTimeout(this.#again);
    this.#isBusy = !isQuiet;
    this.requestUpdate();
    const answer = await this.api.request("GET", `insights${searchOf(readFilters(search))}`, undefined, readInsights);
    if (search !== this.search) return;
    this.#isBusy = false;
    this.#failure = answer.ok ? null : answer.text;
    if (answer.ok) this.#insights = answer.value;
    const isCounting = this.#insights?.figures.notices.some(({ key }) => key === "counting") ?? false;
    if (isCounting && this.isConnected) this.#again = setTimeout(() => void this.#load(search, true), ASK_AGAIN_MS);
    if (!isFirst && !(isQuiet && isCounting)) this.tell(answer.ok ? t.told : answer.text);
    this.requestUpdate();
  }

  async #ask(finding: Finding | null): Promise<void> {
    const before = this.#asked;
    this.#asked = finding?.id ?? null;
    await this.#focus(finding ? `[data-id="${finding.id}"] .primary` : `[data-id="${before}"] .seen`);
  }

  async #dismiss(finding: Finding): Promise<void> {
    const answer = await this.api.request("POST", `findings/${finding.id}/dismiss`, {}, () => true as const);
    this.tell(answer.ok ? t.toldSeen : answer.text);
    this.#failure = answer.ok ? null : answer.text;
    this.#asked = null;
    // Seen to by somebody else meanwhile: it is gone all the same.
    if (this.#insights && (answer.ok || answer.error === "finding_missing")) {
      const { figures } = this.#insights;
      const findings = figures.findings.filter(({ id }) => id !== finding.id);
      this.#insights = { ...this.#insights, figures: { ...figures, findings } };
    }
    await this.#focus("#watch-title");
  }

  #unfold(table: string): void {
    if (!this.#unfolded.delete(table)) this.#unfolded.add(table);
    this.requestUpdate();
  }

  #measure(): void {
    const plot = this.renderRoot.querySelector<HTMLElement>(".plot");
    const width = Math.max(LEAST_WIDTH, Math.floor(plot?.clientWidth ?? this.#width));
    if (width === this.#width) return;
    this.#width = width;
    this.requestUpdate();
  }

  async #focus(selector: string): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}

if (!customElements.get("guichet-insights")) customElements.define("guichet-insights", GuichetInsights);
