import type { Api } from "./api";
import type { Colleague, Me } from "./protocol";
import { fr as t } from "./strings/fr";

/** Who is there: whether this agent takes new cases, and, for supervisors, who else is connected. */
export class Presence {
  available: boolean;
  /** Null for agents, who do not see each other's presence. */
  colleagues: readonly Colleague[] | null = null;

  readonly #isLeading: boolean;
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #tell: (words: string) => void;

  constructor({ agent }: Me, api: Api, changed: () => void, tell: (words: string) => void) {
    this.available = agent.available;
    this.#isLeading = agent.role === "supervisor" || agent.role === "admin";
    this.#api = api;
    this.#changed = changed;
    this.#tell = tell;
  }

  async setAvailable(available: boolean): Promise<void> {
    const answer = await this.#api.setAvailable(available);
    if (answer.ok) this.available = answer.value;
    this.#tell(!answer.ok ? answer.text : answer.value ? t.toldAvailable : t.toldAway);
    this.#changed();
  }

  async count(): Promise<void> {
    if (!this.#isLeading) return;
    const answer = await this.#api.colleagues();
    if (answer.ok) this.colleagues = answer.value;
    this.#changed();
  }
}
