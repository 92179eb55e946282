import type { Api } from "./api";
import { LEADING } from "./pages";
import type { Counts, Me, Row, Service, View } from "./protocol";
import { arrive, EMPTY, neighbour, refill, settle, type List } from "./queue";

/** So long after the last change the gateway is asked once how things stand. */
const RECOUNT_MS = 2_000;
/** What a citizen has erased leaves no event behind. */
const ANEW_MS = 60_000;
/** Older ones were here before the page looked. */
const NEWS_MS = 120_000;

/** The queue as an agent looks at it: a tab, its list, and where in it they are. */
export class Queueing {
  view: View;
  list: List = EMPTY;
  counts: Counts = {};
  /** The row that the keyboard is on. */
  current: number | null = null;
  /** Only the cases of this one are shown; null for all. */
  service: Service | null = null;
  isLoading = true;
  failure: string | null = null;

  #isPointedAt = false;
  #isFocused = false;
  #asked = 0;
  #recountTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #anewTimer = setInterval(() => void this.look(), ANEW_MS);
  readonly #me: Me;
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #arrived: (rows: readonly Row[]) => void;
  readonly #offered: (rows: readonly Row[]) => void;
  /** The end of the last offer to this agent, by the case's id: each is told once. */
  readonly #offers = new Map<number, string>();
  readonly #untaken: (rows: readonly Row[]) => void;
  /** When the supervisors were told of a case, by its id: each time is told once. */
  readonly #told = new Map<number, string>();

  constructor(
    me: Me,
    api: Api,
    changed: () => void,
    arrived: (rows: readonly Row[]) => void,
    offered: (rows: readonly Row[]) => void,
    untaken: (rows: readonly Row[]) => void,
  ) {
    this.#me = me;
    this.#api = api;
    this.#changed = changed;
    this.#arrived = arrived;
    this.#offered = offered;
    this.#untaken = untaken;
    this.view = me.views.includes("services") ? "services" : (me.views[0] ?? "all");
  }

  get isHeld(): boolean {
    return this.#isPointedAt || this.#isFocused;
  }

  /** Another tab, or the same once more. */
  async look(view: View = this.view, service: Service | null = this.service): Promise<void> {
    const isOther = view !== this.view || service?.code !== this.service?.code;
    this.view = view;
    this.service = service;
    if (isOther) {
      this.list = EMPTY;
      this.current = null;
      this.isLoading = true;
      this.#changed();
    }
    const asked = ++this.#asked;
    const answer = await this.#api.queue(view, service?.code);
    if (asked !== this.#asked) return;
    this.isLoading = false;
    if (answer.ok) {
      this.failure = null;
      this.counts = answer.value.counts;
      this.list = refill(this.list, answer.value.rows, view, this.#me.agent, this.isHeld && this.list.rows.length > 0);
    } else this.failure = answer.text;
    this.#changed();
  }

  hear(rows: readonly Row[], gone: readonly number[]): void {
    const known = new Set([...this.list.rows, ...this.list.held].map(({ id }) => id));
    const only = this.service?.code;
    const elsewhere = rows.filter((row) => only !== undefined && row.service !== only);
    const here = rows.filter((row) => !elsewhere.includes(row));
    this.list = arrive(this.list, here, [...gone, ...elsewhere.map(({ id }) => id)], this.view, this.#me.agent, this.isHeld);
    const fresh = rows.filter((row) => row.state === "waiting" && !known.has(row.id) && this.#isNews(row));
    if (fresh.length) this.#arrived(fresh);
    const asked = rows.filter((row) => row.offered?.id === this.#me.agent.id && this.#offers.get(row.id) !== row.offered.until);
    for (const row of asked) this.#offers.set(row.id, row.offered?.until ?? "");
    if (asked.length) this.#offered(asked);
    const told = rows.filter((row) => row.relay?.isTold && this.#told.get(row.id) !== row.relay.at && this.#isFresh(row.relay.at));
    for (const row of told) this.#told.set(row.id, row.relay?.at ?? "");
    if (told.length && LEADING.includes(this.#me.agent.role)) this.#untaken(told);
    clearTimeout(this.#recountTimer);
    this.#recountTimer = setTimeout(() => void this.look(), RECOUNT_MS);
    this.#changed();
  }

  /** What the gateway says of its own accord need not be asked. */
  count(counts: Counts): void {
    clearTimeout(this.#recountTimer);
    this.counts = { ...this.counts, ...counts };
    this.#changed();
  }

  point(isPointedAt: boolean): void {
    this.#isPointedAt = isPointedAt;
    this.#release();
  }

  focus(isFocused: boolean): void {
    this.#isFocused = isFocused;
    this.#release();
  }

  /** Shows what was held back: somebody asked for it. */
  show(): void {
    this.list = settle(this.list, this.view);
    this.#changed();
  }

  move(step: 1 | -1): Row | null {
    const next = neighbour(this.list.rows, this.current, step);
    this.current = next?.id ?? null;
    this.#changed();
    return next;
  }

  stop(): void {
    clearInterval(this.#anewTimer);
    clearTimeout(this.#recountTimer);
  }

  /** Whether somebody should be told: it has just come, and it is their work. */
  /** What came into being now, or has just come from another service. */
  #isNews({ service, openedAt, relay }: Row): boolean {
    const { services } = this.#me.agent;
    const isNew = this.#isFresh(openedAt) || (relay !== null && !relay.isTold && this.#isFresh(relay.at));
    return isNew && (!services.length || services.includes(service));
  }

  #isFresh(at: string): boolean {
    return this.#api.now() - Date.parse(at) < NEWS_MS;
  }

  #release(): void {
    if (this.isHeld || (!this.list.held.length && !this.list.leaving.size)) return;
    this.show();
  }
}
