import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";

import { Announcing } from "../widget/announcing";
import "./elements";
import { Acting } from "./acting";
import { Api } from "./api";
import { Arriving } from "./arriving";
import { Dialogs } from "./dialogs";
import { Focusing } from "./focusing";
import { Live } from "./live";
import { Moving } from "./moving";
import { Opened } from "./opened";
import { Pages, titleOf } from "./pages";
import type { Outer } from "./panes";
import type { Line, Me, Row } from "./protocol";
import { Presence } from "./presence";
import { Queueing } from "./queueing";
import { Reading } from "./reading";
import { Searching } from "./searching";
import { separatorView } from "./separator";
import { Settings } from "./settings";
import { localArea, Storage } from "./storage";
import { fr as t } from "./strings/fr";
import { styles } from "./styles";
import { Troubles } from "./troubles";
import { Undelivered } from "./undelivered";
import { barView } from "./views/bar";
import { dialogView } from "./views/dialogs";
import { bannerView, besideView, doorView, skipsView, type Beside, type Pane } from "./views/frame";
import { queueView } from "./views/queue";
import { sideView } from "./views/side";
import { stripsView } from "./views/strips";
import { nothingView, talkView } from "./views/talk";

/** Ages are said in minutes. */
const [AGES_MS, COLLEAGUES_MS] = [20_000, 30_000];
/** One pane at a time; as in the style sheets. */
const narrow = matchMedia("(max-width: 719.98px)");
const REMEMBERED = "guichet-desk:case";

/** `<guichet-desk>`: the agents' page, for whoever is signed in. */
export class GuichetDesk extends LitElement {
  static override readonly styles = styles;

  readonly #server = location.origin;
  readonly #storage = new Storage(localArea(() => window.localStorage), this.#server);
  readonly #api = new Api(this.#server, () => this.#signOut());
  readonly #live = new Live(this.#server, {
    linked: (link) => this.#linked(link),
    changed: (rows, gone) => (this.#queueing?.hear(rows, gone), this.#moving.hear(rows)),
    troubled: (raw) => this.#troubles.hear(raw),
    counted: (counts) => this.#queueing?.count(counts),
    undelivered: (count) => this.#undelivered.hear(count),
    heard: (whole) => this.#shown(whole.case.id)?.hear(whole),
    watchedBy: (id, names) => this.#shown(id)?.watchedBy(names),
    citizenTypes: (id) => this.#shown(id)?.citizenTypes(),
    signedOut: () => this.#signOut(),
  });
  readonly #announcing = new Announcing(() => this.requestUpdate());
  readonly #tell = (words: string): void => this.#announcing.tellAgain(words);
  readonly #dialogs = new Dialogs(this);
  readonly #reading = new Reading(this);
  readonly #searching = new Searching(this.#api, () => this.requestUpdate(), this.#tell);
  readonly #undelivered = new Undelivered(this.#api, () => this.requestUpdate(), this.#tell);
  readonly #pages = new Pages(() => this.requestUpdate());
  readonly #settings = new Settings(this.#storage, () => this.requestUpdate());
  readonly #arriving = new Arriving(this.#settings, (words) => this.#announcing.tell(words));
  readonly #focusing = new Focusing(this);
  readonly #troubles = new Troubles(() => this.requestUpdate(), (words) => this.#announcing.tell(words));
  readonly #moving = new Moving(this.#api, () => this.requestUpdate());
  readonly #acting = new Acting({
    ...{ api: this.#api, focusing: this.#focusing, reading: this.#reading, dialogs: this.#dialogs, announcing: this.#announcing },
    moving: this.#moving,
    current: () => this.#opened,
    showTalk: () => (this.#pane = "talk"),
    refreshQueue: () => void this.#queueing?.look(),
    type: () => this.#live.type(),
  });

  #me: Me | null = null;
  #failure: string | null = null;
  #queueing: Queueing | null = null;
  #opened: Opened | null = null;
  #pane: Pane = "queue";
  #presence: Presence | null = null;
  #isSignedOut = false;
  #isUnfolded = false;
  #areSuggestionsUnfolded = false;
  #wasLost = false;
  #timers: ReturnType<typeof setInterval>[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#storage.sweep();
    this.#pages.listen();
    const count = (): void => void this.#presence?.count();
    this.#timers = [setInterval(() => this.requestUpdate(), AGES_MS), setInterval(count, COLLEAGUES_MS)];
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#timers.forEach(clearInterval);
    this.#pages.leave();
    this.#opened?.leave();
    this.#queueing?.stop();
    this.#live.close();
  }

  override updated(_changed: PropertyValues<this>): void {
    const { queue, side } = this.#settings.preferences.widths;
    this.style.setProperty("--_queue", `${queue}px`);
    this.style.setProperty("--_side", `${side}px`);
    this.#reading.keep();
    document.title = titleOf(this.#queueing?.counts.waiting, this.#pages.current, this.#me?.town);
  }

  override render(): TemplateResult {
    if (!this.#me) return doorView(this.#failure, this.#isSignedOut, () => void this.#begin());
    return html`<div class="root" data-size=${this.#settings.preferences.size} data-pane=${this.#pane} lang="fr">
      ${skipsView(this.#pages.current, this.#opened !== null, (pane, target) => this.#go(pane, target))} ${this.#renderBar(this.#me)}
      ${bannerView(this.#isSignedOut && !this.#dialogs.current, this.#live.link)}
      ${stripsView({ troubles: this.#troubles.items, moving: this.#moving, now: this.#api.now(), onMoveBack: () => void this.#acting.moveBack() })}
      <div class="vh" role="status">${this.#announcing.words}</div>
      ${this.#pages.current === "cases" ? this.#renderPanes(this.#me) : besideView(this.#pages, this.#beside(this.#me))}
      ${this.#dialogs.current ? this.#renderDialog(this.#me) : nothing}
    </div>`;
  }

  #beside(me: Me): Beside {
    const go = (work: Promise<void> | undefined): void => void Promise.all([this.#pages.go("cases"), work]);
    return {
      ...{ api: this.#api, storage: this.#storage, tell: this.#tell, me, shortcuts: this.#settings.preferences.shortcuts },
      onService: (service) => go(this.#queueing?.look("all", service).then(() => this.#go("queue", '.rows [tabindex="0"]'))),
      onCase: (id) => go(this.#open(id)),
    };
  }

  #renderPanes(me: Me): TemplateResult {
    const opened = this.#opened;
    return html`<div class="panes">
      ${this.#renderQueue(me)}
      <main id="pane-talk" class="pane talk" aria-labelledby="talk-title">
        ${this.#renderSeparator("queue")} ${opened ? this.#renderTalk(opened, me) : nothingView()}
        ${opened ? this.#renderSeparator("side") : nothing}
      </main>
      ${opened ? html`<aside id="pane-side" class="pane side" aria-labelledby="side-title">${this.#renderSide(opened)}</aside>` : nothing}
    </div>`;
  }

  /** Between the conversation and an outer pane. */
  #renderSeparator(which: Outer): TemplateResult {
    return separatorView({ which, widths: this.#settings.preferences.widths, onResize: (widths) => this.#settings.prefer({ widths }) });
  }

  #renderBar(me: Me): TemplateResult {
    return barView({
      me,
      ...{ available: this.#presence?.available ?? me.agent.available, csrf: this.#api.csrf },
      colleagues: this.#presence?.colleagues ?? null,
      preferences: this.#settings.preferences,
      problem: this.#settings.problem,
      page: this.#pages.current,
      onPage: (page) => this.#pages.go(page),
      onAvailable: (available) => void this.#presence?.setAvailable(available),
      onPrefer: (change) => void this.#settings.set(change).then(() => this.#focusing.fit()),
      onSheet: () => {
        this.#focusing.find<HTMLElement>("#settings")?.hidePopover();
        this.#dialogs.enter("keys");
      },
      onSignOut: (event) => this.#leave(event),
      onColleagues: () => void this.#presence?.count(),
    });
  }

  #renderQueue(me: Me): TemplateResult {
    return queueView({
      queueing: this.#queueing!,
      me,
      now: this.#api.now(),
      opened: this.#opened?.id ?? null,
      shortcuts: this.#settings.preferences.shortcuts,
      onLook: (view) => void this.#queueing?.look(view),
      onOpen: (row) => void this.#open(row.id),
      onTake: (row) => void this.#takeFromQueue(row),
      onSheet: () => this.#dialogs.enter("keys"),
      onRetry: () => void this.#queueing?.look(),
      ...{ undelivered: this.#undelivered, onToggle: () => this.#undelivered.toggle() },
      onSettle: (act, item) => void this.#acting.settle(this.#undelivered, act, item),
      onOpenCase: (id) => void this.#open(id),
    });
  }

  #renderTalk(opened: Opened, me: Me): TemplateResult {
    return talkView({
      opened,
      me: me.agent,
      now: this.#api.now(),
      hasBelow: this.#reading.hasBelow,
      cannedCount: me.canned.length,
      showsSuggestions: narrow.matches ? this.#areSuggestionsUnfolded : this.#settings.preferences.suggestions,
      isUnfolded: this.#isUnfolded,
      onUnfold: () => {
        this.#isUnfolded = !this.#isUnfolded;
        this.requestUpdate();
      },
      onScroll: () => this.#reading.note(),
      onBelow: () => this.#reading.toEnd(),
      onBack: () => this.#go("queue", `[data-id="${opened.id}"], .rows [tabindex="0"]`),
      onSide: () => this.#go("side", ".back-talk"),
      ...this.#acting.talking(opened),
      onArticle: (line) => void this.#acting.makeArticle(opened, line).then((id) => id && this.#pages.go("articles", id)),
      ...this.#acting.writing(opened),
      onSuggestions: () => {
        this.#areSuggestionsUnfolded = !this.#areSuggestionsUnfolded;
        if (narrow.matches) this.requestUpdate();
        else this.#settings.prefer({ suggestions: !this.#settings.preferences.suggestions });
      },
    });
  }

  #renderSide(opened: Opened): TemplateResult {
    return sideView({
      opened,
      searching: this.#searching,
      ...{ api: this.#api, now: this.#api.now() },
      onReveal: () => void this.#acting.reveal(opened),
      onOpenCase: (id) => void this.#open(id),
      onInsert: (suggestion) => this.#acting.insert(opened, suggestion),
      onBack: () => this.#go("talk", ".to-side"),
    });
  }

  #renderDialog(me: Me): TemplateResult {
    const opened = this.#opened;
    return dialogView({
      dialog: this.#dialogs.current!,
      ...{ problem: this.#dialogs.problem, isBusy: opened?.busy != null },
      shown: opened?.case ?? null,
      ...{ services: me.services, hasDraft: opened?.composing.hasReply === true },
      drafts: this.#storage.countDrafts(me.agent.id),
      shortcuts: this.#settings.preferences.shortcuts,
      onLeave: () => this.#dialogs.leave(),
      ...this.#acting.ending(opened),
      onSignOut: () => {
        this.#storage.dropDrafts(me.agent.id);
        this.#focusing.find<HTMLFormElement>(".bar form")?.submit();
      },
    });
  }

  /** The case on the page, if it is that one. */
  readonly #shown = (id: number): Opened | null => (id === this.#opened?.id ? this.#opened : null);

  async #begin(): Promise<void> {
    this.#failure = null;
    this.requestUpdate();
    const answer = await this.#api.me();
    if (!answer.ok) {
      if (answer.error !== "signed_out") this.#failure = answer.text;
      return this.requestUpdate();
    }
    this.#me = answer.value;
    this.#presence = new Presence(answer.value, this.#api, () => this.requestUpdate(), this.#tell);
    this.#queueing = new Queueing(answer.value, this.#api, () => this.requestUpdate(), (rows) => this.#arriving.cases(rows, this.#queueing?.list.held.length ?? 0), (rows) => this.#arriving.offered(rows), (rows) => this.#arriving.untaken(rows));
    this.#live.open();
    void this.#queueing.look();
    void this.#presence.count();
    // Whoever reloads, or had to sign in again, goes on where they were.
    const last = Number(sessionStorage.getItem(REMEMBERED));
    if (last) void this.#open(last, false);
    this.requestUpdate();
  }

  #linked(link: Live["link"]): void {
    if (link === "lost" && !this.#wasLost) {
      this.#wasLost = true;
      if (this.#me) this.#announcing.tell(t.lost);
    } else if (link === "ready" && this.#wasLost) {
      this.#wasLost = false;
      this.#announcing.tell(t.recovered);
      void this.#queueing?.look();
      void this.#opened?.load();
    }
    this.requestUpdate();
  }

  /** A case in the conversation's pane; with the focus, unless the page itself opened it. */
  async #open(id: number, withFocus = true): Promise<void> {
    if (this.#opened?.id !== id) {
      this.#opened?.leave();
      this.#searching.clear();
      const opened = new Opened(id, {
        me: this.#me!,
        api: this.#api,
        storage: this.#storage,
        changed: () => this.requestUpdate(),
        tell: this.#tell,
        heard: (lines) => this.#hear(lines),
      });
      this.#opened = opened;
      sessionStorage.setItem(REMEMBERED, String(id));
      this.#live.watch(id, () => opened.position);
      await opened.load();
      if (this.#opened !== opened) return;
      if (!opened.case) {
        sessionStorage.removeItem(REMEMBERED);
        void this.#queueing?.look();
      }
    }
    this.#pane = "talk";
    await this.#focusing.fit();
    this.#reading.begin();
    if (withFocus) this.#focusing.talk(this.#opened?.isMine === true && !narrow.matches);
  }

  async #takeFromQueue(row: Row): Promise<void> {
    await this.#open(row.id, false);
    const opened = this.#opened;
    if (opened?.id === row.id && opened.case && !opened.isMine) await this.#acting.take(opened);
    else this.#focusing.talk(this.#opened?.isMine === true && !narrow.matches);
  }

  #hear(lines: readonly Line[]): void {
    this.#reading.follow();
    if (!this.#opened?.isMine || !lines.some(({ author }) => author === "citizen")) return;
    this.#arriving.words(this.#opened.id);
  }

  #signOut(): void {
    if (this.#isSignedOut) return;
    this.#isSignedOut = true;
    this.#live.close();
    if (this.#me) this.#dialogs.enter("signedOut");
    this.requestUpdate();
  }

  /** On purpose: what was written and not sent must not stay on a machine that others use. */
  #leave(event: Event): void {
    if (!this.#storage.countDrafts(this.#me?.agent.id ?? 0)) return;
    event.preventDefault();
    this.#dialogs.enter("signOut");
  }

  /** Another pane where only one is shown, and the focus in it. */
  #go(pane: Pane, target: string): void {
    this.#pane = pane;
    void this.#focusing.to(target);
  }
}
