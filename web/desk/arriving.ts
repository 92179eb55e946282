import { notify, ring } from "./alerts";
import type { Row } from "./protocol";
import type { Settings } from "./settings";
import { fr as t } from "./strings/fr";

/** A sound and a notification for what is new, where the agent wants them. */
export class Arriving {
  readonly #settings: Settings;
  readonly #tell: (words: string) => void;

  constructor(settings: Settings, tell: (words: string) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  /** Cases that are new in the queue, of which so many are held back. */
  cases(rows: readonly Row[], held: number): void {
    if (held) this.#tell(t.toldHeld(held));
    const { sound, notifications } = this.#settings.preferences;
    if (sound) ring();
    if (notifications) for (const row of rows) notify(t.newFor(row.serviceName), `case-${row.id}`);
  }

  /** Cases that this agent is asked to take. */
  offered(rows: readonly Row[]): void {
    this.#tell(t.toldOffered(rows.length));
    const { sound, notifications } = this.#settings.preferences;
    if (sound) ring();
    if (notifications) for (const row of rows) notify(t.offeredNow(row.serviceName), `offered-${row.id}`);
  }

  /** Cases that nobody took, which those who see all services are told of. */
  untaken(rows: readonly Row[]): void {
    this.#tell(t.toldUntaken(rows.length));
    const { sound, notifications } = this.#settings.preferences;
    if (sound) ring();
    if (notifications) for (const row of rows) notify(t.untakenNow(row.serviceName), `untaken-${row.id}`);
  }

  /** A citizen's words in one's own case. */
  words(id: number): void {
    const { sound, notifications } = this.#settings.preferences;
    if (sound && document.hidden) ring();
    if (notifications) notify(t.newWords, `words-${id}`);
  }
}
