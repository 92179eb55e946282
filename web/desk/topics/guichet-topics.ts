import { LitElement, html, unsafeCSS, type TemplateResult } from "lit";

import type { Api } from "../api";
import { topics as t } from "../strings/topics";
import base from "../style.css?inline";
import sheet from "../style-topics.css?inline";
import { topicsView } from "../views/topics-page";
import { TopicRequests } from "./requests";
import { NOT_TEACHING, type Choice, type Teaching } from "./teaching";
import type { Decision, Listing, Topic } from "./words";

const VIEW = "decided";

/** `<guichet-topics>`: what could not be answered, by topic, and what is made of it. */
export class GuichetTopics extends LitElement {
  static override readonly styles = [base, sheet].map((one) => unsafeCSS(one));
  static override readonly properties = { search: { attribute: false } };

  api!: Api;
  tell!: (words: string) => void;
  onSearch!: (search: string) => void;
  onArticle!: (id: string) => void;
  declare search: string;

  #listing: Listing | null = null;
  #failure: string | null = null;
  #problem: { readonly id: number; readonly text: string } | null = null;
  #teaching: Teaching = NOT_TEACHING;
  /** Decided just now: they keep their place until the list is left. */
  readonly #settled = new Set<number>();
  readonly #whole = new Set<number>();
  readonly #busy = new Set<number>();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  override render(): TemplateResult {
    return html`${topicsView({
      listing: this.#listing,
      failure: this.#failure,
      problem: this.#problem,
      isDecided: this.#isDecided,
      settled: this.#settled,
      whole: this.#whole,
      teaching: this.#teaching,
      isBusy: (one) => this.#busy.has(one.id),
      now: this.api.now(),
      onView: (isDecided) => this.#show(isDecided),
      onRetry: () => void this.#look(),
      onMore: (one) => void this.#more(one),
      onDecide: (one, what) => void this.#decide(one, what),
      onUndo: (one) => void this.#decide(one, ""),
      onArticle: this.onArticle,
      onTeach: (one) => this.#teach(one),
      onWords: (words) => void (this.#teaching = { ...this.#teaching, words }),
      onFind: () => void this.#find(),
      onChoose: (chosen) => this.#choose(chosen),
      onAttach: (one) => void this.#attach(one),
      onLeave: (one) => this.#leave(one),
    })}`;
  }

  get #isDecided(): boolean {
    return new URLSearchParams(this.search).get("view") === VIEW;
  }

  #show(isDecided: boolean): void {
    if (isDecided === this.#isDecided) return;
    this.#settled.clear();
    this.onSearch(isDecided ? `?view=${VIEW}` : "");
  }

  async #look(): Promise<void> {
    const answer = await new TopicRequests(this.api).all();
    this.#failure = answer.ok ? null : answer.text;
    if (answer.ok) this.#listing = answer.value;
    this.requestUpdate();
  }

  async #more(one: Topic): Promise<void> {
    const answer = await new TopicRequests(this.api).examples(one.id);
    if (!answer.ok) return this.#fail(one, answer.text);
    this.#whole.add(one.id);
    this.#put({ ...one, examples: answer.value });
    await this.#focus(`#topic-${one.id}-asked`);
  }

  async #decide(one: Topic, what: Decision | "", target = ""): Promise<void> {
    if (this.#busy.has(one.id)) return;
    this.#busy.add(one.id);
    this.requestUpdate();
    const answer = await new TopicRequests(this.api).decide(one.id, what, target);
    this.#busy.delete(one.id);
    if (!answer.ok) return this.#fail(one, answer.text);
    this.#problem = null;
    this.#teaching = NOT_TEACHING;
    this.#settled.add(one.id);
    this.#put({ ...answer.value.topic, examples: one.examples });
    this.tell(what === "" ? t.toldUndone(one.name) : t.told[what]);
    if (answer.value.article) return this.onArticle(answer.value.article);
    await this.#focus(what === "" ? `#topic-${one.id}` : `#topic-${one.id}-undo`);
  }

  #teach(one: Topic): void {
    this.#teaching = { ...NOT_TEACHING, id: one.id };
    this.#problem = null;
    this.requestUpdate();
    void this.#focus(".teach input").then(() => this.renderRoot.querySelector(".teach")?.scrollIntoView({ block: "nearest" }));
  }

  async #find(): Promise<void> {
    const { id, words } = this.#teaching;
    if (!words.trim()) return;
    const answer = await this.api.knowledge(words);
    if (this.#teaching.id !== id) return;
    const found = answer.ok ? answer.value.map(({ article, title }) => ({ id: article, title })) : [];
    const apart = [...new Map(found.filter((one) => one.id).map((one) => [one.id, one])).values()];
    this.#teaching = { ...this.#teaching, found: apart, failure: answer.ok ? null : answer.text };
    this.requestUpdate();
    this.tell(answer.ok ? (apart.length ? apart.map(({ title }) => title).join(", ") : t.searchNone) : answer.text);
  }

  #choose(chosen: Choice | null): void {
    this.#teaching = { ...this.#teaching, chosen, failure: null };
    this.requestUpdate();
  }

  async #attach(one: Topic): Promise<void> {
    const { chosen } = this.#teaching;
    if (chosen) return this.#decide(one, "taught", chosen.id);
    this.#teaching = { ...this.#teaching, failure: t.chooseFirst };
    this.requestUpdate();
    this.tell(t.chooseFirst);
  }

  #leave(one: Topic): void {
    this.#teaching = NOT_TEACHING;
    this.requestUpdate();
    void this.#focus(`#topic-${one.id}-teach`);
  }

  #fail(one: Topic, text: string): void {
    this.#problem = { id: one.id, text };
    this.requestUpdate();
    this.tell(text);
  }

  #put(changed: Topic): void {
    if (!this.#listing) return;
    const topics = this.#listing.topics.map((one) => (one.id === changed.id ? changed : one));
    this.#listing = { ...this.#listing, topics };
    this.requestUpdate();
  }

  async #focus(selector: string): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}

customElements.define("guichet-topics", GuichetTopics);
