import { readStanding, type Standing } from "./protocol";

/** How long "is writing" is true after it was said. */
const WRITING_MS = 5_000;
/** How often the agent is told that the citizen is writing. */
const TELL_EVERY_MS = 2_000;

/** The other side of the conversation: who has it, and whether a person there is writing. */
export class Desk {
  standing: Standing = readStanding(null);
  /** The bot has it again, and the citizen has not said anything since. */
  isBack = false;
  /** Who is writing, "" for nobody. */
  writer = "";

  #timer: ReturnType<typeof setTimeout> | undefined;
  #toldAt = -TELL_EVERY_MS;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isWithAgent(): boolean {
    return this.standing.state === "agent";
  }

  become(standing: Standing): void {
    const isBot = standing.state === "bot";
    this.isBack = isBot && (this.isBack || this.standing.state !== "bot");
    this.standing = standing;
    if (!this.isWithAgent) this.#write("");
  }

  /** Somebody is writing, for five seconds from now; with "", nobody is any more. */
  hear(name: string): void {
    if (name && !this.isWithAgent) return;
    this.#write(name);
    if (name) {
      this.#timer = setTimeout(() => {
        this.#write("");
        this.#changed();
      }, WRITING_MS);
      this.#changed();
    }
  }

  /** Whether to tell the agent that the citizen writes at this time, in ms; true at most every two seconds. */
  mayTell(now: number): boolean {
    if (!this.isWithAgent || now - this.#toldAt < TELL_EVERY_MS) return false;
    this.#toldAt = now;
    return true;
  }

  reset(): void {
    this.become(readStanding(null));
    this.isBack = false;
  }

  #write(name: string): void {
    clearTimeout(this.#timer);
    this.writer = name;
  }
}
