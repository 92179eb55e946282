import { notify, ring } from "./alerts";
import type { Row } from "./protocol";
import type { Settings } from "./settings";
import { fr as t } from "./strings/fr";

/** A sound and a notification for what is new, where the agent wants them. */
export class Arriving {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Cases that are new in the queue. */
  cases(rows: readonly Row[]): void {
    const { sound, notifications } = this.#settings.preferences;
    if (sound) ring();
    if (notifications) for (const row of rows) notify(t.newFor(row.serviceName), `case-${row.id}`);
  }

  /** A citizen's words in one's own case. */
  words(id: number): void {
    const { sound, notifications } = this.#settings.preferences;
    if (sound && document.hidden) ring();
    if (notifications) notify(t.newWords, `words-${id}`);
  }
}
