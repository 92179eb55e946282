import { LitElement, html, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";

import { Announcing } from "./announcing";
import { Composing } from "./composing";
import { fetchConfig } from "./config";
import { openChoices, type Item } from "./entries";
import { icon } from "./icons";
import { Photos } from "./photos";
import type { Choice, Config, Entry } from "./protocol";
import { Screen } from "./screen";
import { Scrolling } from "./scrolling";
import { Session } from "./session";
import { Sheets } from "./sheets";
import { DEFAULTS, Storage, type Preferences } from "./storage";
import { stringsFor, type Strings } from "./strings";
import styles from "./style.css?inline";
import entryStyles from "./style-entries.css?inline";
import personStyles from "./style-person.css?inline";
import sheetStyles from "./style-sheets.css?inline";
import { Telling } from "./telling";
import { paint, themeFor } from "./theme";
import { composerView } from "./views/composer";
import { deskView } from "./views/desk";
import { endingView, headView, launcherView } from "./views/frame";
import { logView } from "./views/log";

/** Where this script came from: the server that it talks to unless `server` says otherwise. */
const HOME = new URL(import.meta.url).origin;

/**
 * `<guichet-chat>`: the town's assistant on any page. Attributes: `server` (an origin), `theme` (light, dark; else as
 * the citizen's system), `language` (fr, en; else as the page). `open()`, `close()` and `ask(question)` are for the page.
 */
export class GuichetChat extends LitElement {
  static override readonly styles = [styles, entryStyles, personStyles, sheetStyles].map((sheet) => unsafeCSS(sheet));
  static override readonly properties = { server: {}, theme: {}, language: {} };

  declare server: string | null;
  declare theme: string | null;
  declare language: string | null;

  #isOpen = false;
  #hasConfig = false;
  #config: Config | null = null;
  #session!: Session;
  #storage!: Storage;
  #preferences: Preferences = DEFAULTS;
  #t: Strings = stringsFor(null);
  #unread = 0;
  readonly #unfolded = new Set<string>();
  readonly #screen = new Screen(this, () => this.#repaint());
  readonly #announcing = new Announcing(() => this.requestUpdate());
  readonly #telling = new Telling();
  readonly #composing = new Composing(this);
  readonly #photos = new Photos(this, () => ({
    server: this.#origin,
    limits: this.#config?.photos ?? null,
    session: this.#session,
    t: this.#t,
    tell: (words) => this.#announcing.tellAgain(words),
    object: (problem) => this.#composing.object(problem),
  }));
  readonly #sheets = new Sheets(this);
  readonly #scrolling = new Scrolling(
    () => this.#find("[role=log]"),
    () => this.requestUpdate(),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.#session) {
      const server = this.#origin;
      this.#storage = new Storage(server);
      this.#preferences = this.#storage.preferences;
      this.#chooseStrings();
      this.#session = new Session(server, this.#storage, this.#t.language, (arrived) => this.#follow(arrived));
    }
    this.#screen.watch();
    void this.#configure();
    // Words that a reload kept from being acknowledged still go: the citizen had pressed "send".
    if (this.#session.items.length) this.#session.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#screen.unwatch();
    this.#session.close();
    this.#isOpen = false;
  }

  /** Opens the panel, as if the button had been pressed. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#unread = 0;
    this.#session.open();
    if (!this.#config) void this.#configure();
    this.#screen.show(true);
    this.requestUpdate();
    void this.#composing.focus().then(() => this.#scrolling.toEnd());
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#sheets.drop();
    this.#announcing.hush();
    this.#screen.show(false);
    this.requestUpdate();
    void this.updateComplete.then(() => this.#find<HTMLElement>(".launcher")?.focus());
  }

  /** Opens the panel and sends a question that the citizen wrote or chose on the page. */
  ask(question: string): void {
    if (this.#session.ending) this.#session.startAgain();
    this.open();
    this.#sheets.drop();
    const text = question.trim();
    if (text) this.#send(text);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("language")) this.#chooseStrings();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("theme")) this.#repaint();
  }

  override render(): TemplateResult {
    const t = this.#t;
    const office = this.#config?.office || this.#config?.town || t.fallbackTown;
    const theme = themeFor(this.theme, this.#screen.isDark);
    return html`<aside class="root ${theme}" lang=${t.language} aria-label=${t.region(office)} data-size=${this.#preferences.size}>
      <span id="probe" hidden></span>
      ${this.#isOpen ? this.#renderPanel(office) : this.#renderLauncher()}
    </aside>`;
  }

  #renderLauncher(): TemplateResult | typeof nothing {
    if (!this.#hasConfig) return nothing;
    const t = this.#t;
    const unsent = this.#session.items.some(({ delivery }) => delivery) ? t.unsent : "";
    return launcherView(t, this.#unread ? t.unread(this.#unread) : unsent, this.#unread, () => this.open());
  }

  #renderPanel(office: string): TemplateResult {
    const [t, config, session] = [this.#t, this.#config, this.#session];
    return html`<div
      class="panel"
      role=${this.#screen.isNarrow ? "dialog" : nothing}
      aria-modal=${this.#screen.isNarrow ? "true" : nothing}
      aria-label=${this.#screen.isNarrow ? t.region(office) : nothing}
      @keydown=${this.#onKey}
    >
      ${headView(
        t,
        config?.town || t.fallbackTown,
        this.#sheets.current === "menu",
        (event) => this.#sheets.toggleMenu(event),
        () => this.close(),
      )}
      ${session.link === "lost" ? html`<p class="banner">${icon("alert")} ${t.lost}</p>` : nothing}
      <div class="vh" role="status">${this.#announcing.words}</div>
      <div class="body">
        ${this.#sheets.render({
          t,
          config,
          session,
          items: this.#items,
          preferences: this.#preferences,
          onPrefer: (change) => this.#prefer(change),
          onProblem: (words) => this.#announcing.tellAgain(words),
        })}
        <div class="talk" ?inert=${this.#sheets.current !== null}>
          ${session.ending ? endingView(t, session.ending, () => this.#startAgain()) : this.#renderTalk()}
        </div>
      </div>
    </div>`;
  }

  #renderTalk(): TemplateResult {
    const [t, config, session, preferences] = [this.#t, this.#config, this.#session, this.#preferences];
    return html`${deskView(session.desk, t)}
      ${logView({
        t,
        session,
        preferences,
        privacyUrl: config?.privacyUrl ?? null,
        unfolded: this.#unfolded,
        choices: openChoices(this.#items),
        onUnfold: (id) => this.#unfold(id),
        onChoose: (choice, event) => this.#choose(choice, event),
        onRetry: (id) => {
          this.#announcing.hush();
          session.retry(id);
        },
        onEdit: (item) => this.#edit(item),
        onScroll: () => this.#scrolling.note(),
        hasBelow: this.#scrolling.hasBelow,
        onEnd: () => this.#scrolling.toEnd(),
      })}
      ${composerView({
        t,
        draft: this.#composing.draft,
        limit: this.#limit,
        problem: this.#composing.problem,
        placeholder: session.desk.isWithAgent ? t.toAgent : t.placeholder,
        photos: this.#photos.all,
        takesPhotos: Boolean(config?.photos),
        onRetry: (key) => this.#photos.retry(key),
        onRemove: (key) => this.#photos.drop(key),
        onPhotos: (files) => this.#photos.choose(files),
        onInput: (text) => this.#write(text),
        onSend: () => this.#send(),
        onPerson: (event) => this.#sheets.enter("person", event),
      })}`;
  }

  /** Everything there is to read, the welcome first. */
  get #items(): readonly Item[] {
    const { welcome, items } = this.#session;
    return welcome ? [welcome, ...items] : items;
  }

  get #origin(): string {
    try {
      return new URL(this.server || HOME, location.href).origin;
    } catch {
      return HOME;
    }
  }

  get #limit(): number {
    return this.#config?.maxTextChars ?? 4000;
  }

  #find<E extends Element>(selector: string): E | null {
    return this.renderRoot.querySelector<E>(selector);
  }

  #chooseStrings(): void {
    this.#t = stringsFor(this.#preferences.language ?? (this.language || document.documentElement.lang));
  }

  async #configure(): Promise<void> {
    // Without an answer it is asked again when the chat is opened.
    this.#config = (await fetchConfig(this.#origin)) ?? this.#config;
    this.#hasConfig = true;
    this.requestUpdate();
    await this.updateComplete;
    this.#repaint();
  }

  #repaint(): void {
    const probe = this.#find<HTMLElement>("#probe");
    const theme = themeFor(this.theme, this.#screen.isDark);
    if (probe) paint(this, probe, theme, (theme === "dark" ? this.#config?.mainDark : this.#config?.main) ?? "");
    this.requestUpdate();
  }

  /** After every change of the session: tell what changed in words, and keep the newest entry in sight. */
  #follow(arrived?: Entry): void {
    if (arrived?.speak) this.#prefer({ language: arrived.speak });
    const words = this.#telling.words(this.#session, this.#t);
    if (words) this.#announcing.tell(words);
    this.#photos.go();
    if (arrived && !this.#isOpen && arrived.author !== "citizen") this.#unread++;
    const wasAtEnd = this.#scrolling.isAtEnd;
    const isOwn = this.#session.items.at(-1)?.delivery === "sending";
    this.requestUpdate();
    void this.updateComplete.then(() => {
      if (this.#session.ending && this.#isOpen) this.#showEnding();
      else if (wasAtEnd || isOwn) this.#scrolling.toEnd();
      else if (arrived) this.#scrolling.note(true);
    });
  }

  /** Sends words from the page as they are, else the field's own: those stay there if they cannot go. */
  #send(fromPage?: string): void {
    const isOwn = fromPage === undefined;
    const obstacle = isOwn ? this.#photos.obstacle : "";
    const hasPhotos = isOwn && this.#photos.all.length > 0;
    const words = obstacle ? null : this.#composing.take(this.#t, this.#limit, hasPhotos, fromPage);
    if (obstacle) this.#composing.object(obstacle);
    this.#announcing.tellAgain(this.#composing.problem ?? "");
    if (words !== null) this.#session.say(words, undefined, hasPhotos ? this.#photos.take() : []);
    void this.#composing.focus();
  }

  #write(text: string): void {
    this.#composing.write(text);
    if (text) this.#session.type();
  }

  #choose(choice: Choice, event: Event): void {
    this.#session.say(choice.title, choice);
    // The buttons go; whoever pressed by key goes on in the field, and a finger calls up no keyboard.
    const byKey = event instanceof KeyboardEvent || (event as UIEvent).detail === 0;
    void this.updateComplete.then(() => (byKey ? this.#composing.field : this.#find<HTMLElement>("[role=log]"))?.focus({ preventScroll: true }));
  }

  #edit(item: Item): void {
    this.#composing.giveBack(item.text);
    this.#photos.giveBack(item.photos ?? []);
    this.#announcing.hush();
    this.#session.withdraw(item.id);
    void this.#composing.focus();
  }

  #unfold(id: string): void {
    if (!this.#unfolded.delete(id)) this.#unfolded.add(id);
    this.requestUpdate();
  }

  #prefer(change: Partial<Preferences>): void {
    this.#preferences = { ...this.#preferences, ...change };
    this.#storage.preferences = this.#preferences;
    if (change.language) {
      this.#chooseStrings();
      this.#session.speak(this.#t.language);
    }
    this.requestUpdate();
    void this.#composing.fit();
  }

  #showEnding(): void {
    const { ending } = this.#session;
    this.#sheets.drop();
    this.#composing.write("");
    this.#photos.clear();
    this.#preferences = DEFAULTS;
    this.#unfolded.clear();
    this.#announcing.tell([this.#t.erased, ending?.receipt && `${this.#t.receipt} ${ending.receipt}`].filter(Boolean).join(". "));
    void this.updateComplete.then(() => this.#find<HTMLElement>(".ending h3")?.focus());
  }

  #startAgain(): void {
    this.#announcing.hush();
    this.#session.startAgain();
    void this.#composing.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    if (this.#sheets.current) this.#sheets.leave();
    else this.close();
  };
}
