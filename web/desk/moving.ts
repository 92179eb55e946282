import type { Api } from "./api";
import type { Opened } from "./opened";
import type { Case, Row } from "./protocol";

/** So long a transfer can be taken back; the gateway allows no more. */
const WITHIN_MS = 120_000;

/** A case that was sent to another service: from where to where. */
export interface Moved {
  readonly id: number;
  readonly number: string;
  readonly from: string;
  readonly fromName: string;
  readonly to: string;
  readonly toName: string;
  readonly wasMine: boolean;
}

/** The last transfer, for as long as it can be taken back. */
export class Moving {
  moved: Moved | null = null;
  isBusy = false;
  /** Why it could not be taken back, in words; "" if nobody has tried. */
  failure = "";

  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #api: Api;
  readonly #changed: () => void;

  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  begin(before: Case, after: Case, wasMine: boolean): void {
    const { id, number, service: from, serviceName: fromName } = before;
    this.#set({ id, number, from, fromName, to: after.service, toName: after.serviceName, wasMine });
    this.#timer = setTimeout(() => this.forget(), WITHIN_MS);
  }

  /** What happened to cases: one that somebody has in hand is not asked back any more. */
  hear(rows: readonly Row[]): void {
    const { moved } = this;
    if (moved && rows.some(({ id, state, service }) => id === moved.id && (state !== "waiting" || service !== moved.to))) this.forget();
  }

  /** Takes it back; `opened` if the page shows it. Whether it is back. */
  async back(opened: Opened | null): Promise<boolean> {
    const { moved } = this;
    if (!moved || this.isBusy) return false;
    this.isBusy = true;
    this.#changed();
    const answer = opened ? null : await this.#api.undoTransfer(moved.id, moved.from);
    const isBack = opened ? await opened.moveBack(moved.from, moved.wasMine) : answer?.ok === true;
    this.isBusy = false;
    if (isBack) this.forget();
    else {
      this.#set(null);
      this.failure = (answer && !answer.ok ? answer.text : opened?.refusal?.text) ?? "";
      if (opened) opened.forgive();
    }
    this.#changed();
    return isBack;
  }

  forget(): void {
    this.#set(null);
    this.#changed();
  }

  #set(moved: Moved | null): void {
    clearTimeout(this.#timer);
    this.moved = moved;
    this.failure = "";
    this.#changed();
  }
}
