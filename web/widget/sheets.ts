import { nothing, type LitElement, type TemplateResult } from "lit";

import { printAlone } from "./page";
import type { Session } from "./session";
import { mailto } from "./transcript";
import { eraseView, menuView, personView, sheetView, type MenuView, type Sheet } from "./views/sheets";
import type { Item } from "./entries";

/** What the sheets need to know of the widget at the moment, and what they tell it. */
export interface SheetsView extends Pick<MenuView, "t" | "config" | "preferences" | "onPrefer"> {
  readonly session: Session;
  readonly items: readonly Item[];
  readonly onProblem: (words: string) => void;
}

/** The sheets over the conversation: which one is open, where the focus goes, and the erasure that one of them asks for. */
export class Sheets {
  current: Sheet | null = null;
  #opener: HTMLElement | null = null;
  #erasing = false;
  #problem: string | null = null;

  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
  }

  /** Opens a sheet; from a button, the focus comes back to it. */
  enter(sheet: Sheet, event?: Event): void {
    if (event) this.#opener = event.currentTarget as HTMLElement;
    this.#show(sheet, "#sheet-title");
  }

  leave(): void {
    this.#show(null, "#field");
  }

  toggleMenu(event: Event): void {
    if (this.current === "menu") this.leave();
    else this.enter("menu", event);
  }

  /** Away with it, and nothing about the focus: the panel closes, or something else takes it. */
  drop(): void {
    this.current = null;
  }

  render(view: SheetsView): TemplateResult | typeof nothing {
    const { t, config, session } = view;
    const back = (): void => this.leave();
    if (this.current === "person") return sheetView(t.person, t, back, personView(t, config));
    if (this.current === "erase") {
      const erase = (): void => void this.#erase(view);
      return sheetView(t.eraseAsk, t, back, eraseView(t, this.#erasing, this.#problem, erase, back));
    }
    if (!this.current) return nothing;
    const content = menuView({
      ...view,
      canErase: session.link !== "ended",
      mailto: mailto(view.items, t, config?.town || t.fallbackTown),
      onPrint: () => {
        this.leave();
        void this.#host.updateComplete.then(() => printAlone(this.#host));
      },
      onErase: () => this.enter("erase"),
    });
    return sheetView(t.menu, t, back, content);
  }

  async #erase({ t, session, onProblem }: SheetsView): Promise<void> {
    if (this.#erasing) return;
    this.#erasing = true;
    this.#problem = null;
    this.#host.requestUpdate();
    const refusal = await session.erase();
    this.#erasing = false;
    if (refusal !== null) onProblem((this.#problem = refusal || t.eraseFailed));
    this.#host.requestUpdate();
  }

  #show(sheet: Sheet | null, focus: string): void {
    this.current = sheet;
    this.#problem = null;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => {
      const opener = !sheet && this.#opener?.isConnected ? this.#opener : null;
      (opener ?? this.#host.renderRoot.querySelector<HTMLElement>(focus))?.focus();
    });
  }
}
