/** How far a channel lets an agent speak, in words. */

import { length } from "./ages";
import type { ChannelLimits } from "./protocol";
import { fr as t } from "./strings/fr";

export interface Window {
  readonly words: string;
  /** Whether one may still answer freely. */
  readonly isOpen: boolean;
}

/** How long one may still answer freely, or what comes now that one may not; null where there is no window. */
export function windowOf({ windowUntil, afterWindow }: ChannelLimits, now: number): Window | null {
  const left = Date.parse(windowUntil) - now;
  if (Number.isNaN(left)) return null;
  if (left > 0) return { words: t.windowOpen(length(left)), isOpen: true };
  return { words: t.windowClosed[afterWindow || "refused"], isOpen: false };
}

/** What fits into one reply and into one message of the channel. */
export function limitWords(channel: string, limits: ChannelLimits | null, mostChars: number): string {
  const number = new Intl.NumberFormat("fr");
  const isSplit = limits !== null && limits.textChars < mostChars;
  return isSplit
    ? t.channelSplits(channel, number.format(limits.textChars))
    : t.channelHint(channel, number.format(mostChars));
}
