import { mayNotify, ring } from "./alerts";
import type { Preferences, Storage } from "./storage";
import { fr as t } from "./strings/fr";

/** What an agent set on the page, remembered on this machine. */
export class Settings {
  preferences: Preferences;
  /** Why a wish was not granted, in words. */
  problem: string | null = null;

  readonly #storage: Storage;
  readonly #changed: () => void;

  constructor(storage: Storage, changed: () => void) {
    this.#storage = storage;
    this.#changed = changed;
    this.preferences = storage.preferences;
  }

  /** What the settings ask for: notifications only if the browser allows them, a sound heard at once. */
  async set(change: Partial<Preferences>): Promise<void> {
    const isRefused = change.notifications === true && !(await mayNotify());
    this.problem = isRefused ? t.notificationsRefused : null;
    if (change.sound) ring();
    this.prefer(isRefused ? { ...change, notifications: false } : change);
  }

  prefer(change: Partial<Preferences>): void {
    this.preferences = { ...this.preferences, ...change };
    this.#storage.preferences = this.preferences;
    this.#changed();
  }
}
