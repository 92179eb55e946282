import { LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";

import type { Api } from "../api";
import { remember, remembered } from "../pages";
import type { Me } from "../protocol";
import type { Storage } from "../storage";
import { articles as t } from "../strings/articles";
import base from "../style.css?inline";
import sheet from "../style-articles.css?inline";
import { editorView } from "../views/articles-editor";
import { listView, type FicheSearch } from "../views/articles-list";
import { Editing, NEW } from "./editing";
import { Listed } from "./listed";
import { Requests } from "./requests";
import type { Article, Fiche } from "./words";

const REMEMBERED = "guichet-desk:article";
const REVIEW_AFTER_MS = 365 * 24 * 3600 * 1000;

/** `<guichet-articles>`: the page of the town's articles, a list or one of them in the form. */
export class GuichetArticles extends LitElement {
  static override readonly styles = [base, sheet].map((one) => unsafeCSS(one));
  static override readonly properties = { me: { attribute: false }, wanted: { attribute: false } };

  declare me: Me;
  /** An article that another part of the desk wants to have opened. */
  declare wanted: string | null;
  api!: Api;
  storage!: Storage;
  tell!: (words: string) => void;

  #requests!: Requests;
  #listed!: Listed;
  #editing: Editing | null = null;
  #removed: Article | null = null;
  #problem: string | null = null;
  #fiches: FicheSearch | null = null;
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#requests = new Requests(this.api);
    this.#listed = new Listed(this.#requests, () => this.requestUpdate(), this.tell);
    void this.#listed.load();
    const last = remembered(REMEMBERED);
    if (this.wanted) void this.#open(this.wanted);
    else if (last === NEW) this.#begin();
    else if (last) void this.#open(last, false);
    this.addEventListener("keydown", this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#editing?.leave();
    this.removeEventListener("keydown", this.#onKey);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (this.hasUpdated && changed.has("wanted") && this.wanted) void this.#open(this.wanted);
  }

  override render(): TemplateResult {
    const editing = this.#editing;
    const now = this.api.now();
    if (editing) {
      return editorView({
        editing,
        services: this.#services,
        owners: this.#listed.owners,
        now,
        onBack: () => void this.#back(),
        onRemove: () => void this.#remove(editing),
        onAct: (work) => void this.#act(work),
        onAsk: (what) => void this.#ask(editing, what),
      });
    }
    return listView({
      listed: this.#listed,
      now,
      unsaved: this.storage.unsavedArticles(this.me.agent.id),
      removed: this.#removed?.title ?? null,
      problem: this.#problem,
      fiches: this.#fiches,
      onOpen: (id) => void this.#open(id),
      onNew: () => this.#begin(),
      onUndo: () => void this.#undo(),
      onForget: () => {
        this.#removed = null;
        void this.#focus("#articles-title");
      },
      onFiches: (open) => {
        this.#fiches = open ? { words: "", found: null, failure: null } : null;
        void this.#focus(open ? "#fiche-search" : ".list-head .plain");
      },
      onFicheWords: (words) => (this.#fiches = { ...this.#fiches!, words }),
      onFicheSearch: () => void this.#searchFiche(),
      onFiche: (fiche) => this.#begin(fiche),
    });
  }

  /** Those that the agent may write for. */
  get #services(): Me["services"] {
    const { agent, services } = this.me;
    const own = services.filter(({ code }) => agent.role !== "agent" || !agent.services.length || agent.services.includes(code));
    return own.length ? own : services;
  }

  #fresh(fiche = ""): Editing {
    const review = new Date(this.api.now() + REVIEW_AFTER_MS).toISOString().slice(0, 10);
    return new Editing(
      {
        requests: this.#requests,
        storage: this.storage,
        agent: this.me.agent.id,
        changed: () => this.requestUpdate(),
        tell: this.tell,
      },
      this.#services[0]?.code ?? "",
      review,
      fiche,
    );
  }

  #begin(fiche: Fiche | null = null): void {
    this.#leave();
    const editing = this.#fresh(fiche?.id ?? "");
    this.#show(editing, NEW);
    if (fiche) {
      editing.ficheTitle = fiche.title;
      editing.write({ title: fiche.title });
    }
    editing.begin();
    void this.#focus("#f-title");
  }

  async #open(id: string, withFocus = true): Promise<void> {
    this.#leave();
    const editing = this.#fresh();
    if (!(await editing.load(id))) {
      this.#problem = editing.problem;
      remember(REMEMBERED, "");
      this.requestUpdate();
      return;
    }
    this.#show(editing, id);
    if (withFocus) void this.#focus("#article-title");
  }

  #show(editing: Editing, name: string): void {
    this.#editing = editing;
    this.#removed = this.#problem = this.#fiches = null;
    remember(REMEMBERED, name);
    this.requestUpdate();
  }

  #leave(): void {
    this.#editing?.leave();
    this.#editing = null;
  }

  async #back(): Promise<void> {
    const id = this.#editing?.article?.id;
    this.#leave();
    remember(REMEMBERED, "");
    await this.#listed.load();
    await this.#focus(id ? `.article-row[data-id="${id}"]` : "#articles-title");
    if (id && !this.shadowRoot?.activeElement) await this.#focus("#articles-title");
  }

  /** After something was done: a first save has given the article its name; a button that is gone takes no focus along. */
  async #act(work: Promise<boolean>): Promise<void> {
    const editing = this.#editing;
    const before = editing?.history != null;
    await work;
    if (this.#editing !== editing || !editing) return;
    if (editing.article) remember(REMEMBERED, editing.article.id);
    await this.updateComplete;
    if (editing.conflict) await this.#focus("#conflict-title");
    else if (!before && editing.history) await this.#focus("#history-title");
    else if (!this.shadowRoot?.activeElement) await this.#focus("#article-title");
  }

  async #ask(editing: Editing, what: Editing["asking"]): Promise<void> {
    const was = editing.asking;
    editing.ask(what);
    await this.#focus(what ? "#ask-title" : `.acts .${was ?? "save"}`);
  }

  async #remove(editing: Editing): Promise<void> {
    const gone = await editing.remove();
    if (!gone || this.#editing !== editing) return;
    await this.#back();
    this.#removed = gone;
    this.tell(t.removed(gone.title));
    await this.#focus(".undo-remove");
  }

  async #undo(): Promise<void> {
    const gone = this.#removed;
    if (!gone) return;
    const answer = await this.#requests.restore(gone.id, gone.version, gone.version);
    if (!answer.ok) {
      this.#problem = answer.text;
      this.tell(answer.text);
      this.requestUpdate();
      return;
    }
    this.tell(t.toldBack(gone.title));
    await this.#open(gone.id);
  }

  async #searchFiche(): Promise<void> {
    const asked = this.#fiches;
    if (!asked?.words.trim()) return;
    const answer = await this.#requests.fiches(asked.words.trim());
    if (!this.#fiches) return;
    this.#fiches = { ...this.#fiches, found: answer.ok ? answer.value : null, failure: answer.ok ? null : answer.text };
    this.tell(answer.ok ? t.ficheFound(answer.value.length) : answer.text);
    this.requestUpdate();
  }

  #key(event: KeyboardEvent): void {
    if (!this.#editing || event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    if (!this.#editing.isBrought) void this.#act(this.#editing.save());
  }

  async #focus(selector: string): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}

if (!customElements.get("guichet-articles")) customElements.define("guichet-articles", GuichetArticles);
