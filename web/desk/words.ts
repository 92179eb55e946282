/** The words of the desk's protocol (docs/desk-protocol.md), as the page knows them. */

import type { Mail } from "./letters/words";

export const VIEWS = ["mine", "services", "waiting", "callbacks", "untaken", "all", "closed"] as const;
/** The tabs of the queue, in the order in which they are shown. */
export type View = (typeof VIEWS)[number];
export type Counts = Readonly<Partial<Record<View, number>>>;

export type State = "waiting" | "taken" | "closed";
export type Author = "citizen" | "bot" | "agent" | "system";

export interface Person {
  readonly id: number;
  readonly name: string;
}

export interface Offered extends Person {
  readonly until: string;
}

/** What a rule did with a case that nobody took. */
export interface Relay {
  /** Those who see all services were told of it; else it came from another service. */
  readonly isTold: boolean;
  readonly name: string;
  /** Why. */
  readonly text: string;
  /** ISO. */
  readonly at: string;
}

export interface Row {
  readonly id: number;
  readonly number: string;
  readonly kind: string;
  readonly kindName: string;
  readonly state: State;
  readonly service: string;
  readonly serviceName: string;
  readonly causeName: string;
  readonly subject: string;
  readonly channel: string;
  readonly channelName: string;
  /** BCP 47, "" if unknown. */
  readonly language: string;
  readonly callback: boolean;
  readonly urgent: boolean;
  readonly live: boolean;
  readonly late: boolean;
  readonly openedAt: string;
  readonly dueAt: string | null;
  readonly closedAt: string | null;
  readonly agent: Person | null;
  /** To whom it is offered, and until when (ISO); null for nobody. */
  readonly offered: Offered | null;
  readonly rating: number | null;
  /** What a rule did with it because nobody took it; null for nothing, or since somebody saw to it. */
  readonly relay: Relay | null;
  /** So many other letters say the same. */
  readonly alike: number;
  /** The citizen has written since somebody took it. */
  readonly newReply: boolean;
  readonly version: number;
}

export interface Detail {
  readonly name: string;
  readonly value: string;
  /** What a link may lead to, null where the value is none. */
  readonly href: string | null;
}

export const AFTERWARDS = ["template", "human_agent", "refused"] as const;
/** What becomes of a reply once one may not answer freely any more; "" where one always may. */
export type Afterwards = (typeof AFTERWARDS)[number] | "";

/** How far the channel of a case lets an agent speak. */
export interface ChannelLimits {
  readonly textChars: number;
  /** ISO, "" where there is no window. */
  readonly windowUntil: string;
  readonly afterWindow: Afterwards;
  /** Whether the first reply goes out as a private message, to somebody who commented in public. */
  readonly firstPrivate: boolean;
}

/** Another open case of the same person; without an id, it is not this agent's to see. */
export interface OtherCase {
  readonly id: number | null;
  readonly number: string;
  readonly serviceName: string;
  readonly subject: string;
}

export interface Case extends Row {
  readonly details: readonly Detail[];
  readonly hasContact: boolean;
  readonly location: { readonly latitude: number; readonly longitude: number } | null;
  /** ISO, "" if there is none. */
  readonly appointmentAt: string;
  readonly appointmentWords: string;
  readonly photos: readonly string[];
  readonly summary: string;
  /** Null where the channel is switched off, or the conversation gone. */
  readonly channelLimits: ChannelLimits | null;
  /** Names of the other channels on which the same person is reached. */
  readonly alsoOn: readonly string[];
  readonly otherCases: readonly OtherCase[];
  /** Null where it is no correspondence. */
  readonly mail: Mail | null;
}

export interface Source {
  readonly title: string;
  /** As the gateway gave it and wants it back. */
  readonly url: string;
  /** What a link may lead to; null where `url` is no page. */
  readonly href: string | null;
  readonly publisher: string;
  /** ISO date, "" if unknown. */
  readonly updated: string;
}

export const DELIVERY_STATES = ["waiting", "sent", "delivered", "read", "failed"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What became of a reply at the provider of its channel. */
export interface Delivery {
  readonly state: DeliveryState;
  /** Why it failed, or is still waiting; "" if there is nothing to say. */
  readonly reason: string;
  /** It may have reached the citizen twice; once, where it failed. */
  readonly doubtful: boolean;
}

/** A document that a citizen sent. */
export interface Document {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export interface Line {
  readonly position: number;
  readonly id: string;
  readonly author: Author;
  readonly name: string;
  readonly text: string;
  readonly language: string;
  readonly at: string;
  readonly sources: readonly Source[];
  readonly photos: readonly string[];
  readonly files: readonly Document[];
  /** So many files are still being fetched from the provider. */
  readonly receiving: number;
  /** Null for the citizen's own words, and on channels without a provider. */
  readonly delivery: Delivery | null;
}

/** A reply that was given up. */
export interface GivenUp {
  readonly conversation: string;
  readonly reply: string;
  readonly case: { readonly id: number; readonly number: string } | null;
  readonly channel: string;
  readonly channelName: string;
  /** Its first words. */
  readonly text: string;
  readonly reason: string;
  readonly at: string;
  readonly doubtful: boolean;
}

/** A line of a case's history. */
export interface Happening {
  readonly position: number;
  readonly what: string;
  readonly whatName: string;
  readonly at: string;
  readonly agent: string;
  readonly text: string;
}

export interface Pending {
  readonly id: string;
  readonly text: string;
  readonly sources: readonly Source[];
  readonly leavesAt: string;
  readonly agent: Person;
}

export interface Suggestion {
  readonly article: string;
  readonly title: string;
  readonly text: string;
  readonly serviceName: string;
  readonly source: Source;
}

export interface Canned {
  readonly key: string;
  readonly title: string;
  readonly text: string;
}

export interface Service {
  readonly code: string;
  readonly name: string;
}

export interface Agent extends Person {
  readonly login: string;
  readonly role: string;
  /** Codes; empty for all. */
  readonly services: readonly string[];
  readonly available: boolean;
  /** So many live conversations at a time are offered; 0 for none. */
  readonly capacity: number;
  /** BCP 47, besides French. */
  readonly languages: readonly string[];
  readonly skills: readonly string[];
}

export interface Me {
  readonly agent: Agent;
  readonly csrf: string;
  readonly town: string;
  readonly services: readonly Service[];
  readonly canned: readonly Canned[];
  readonly views: readonly View[];
  readonly undoSeconds: number;
  readonly maxTextChars: number;
}

export interface Colleague extends Person {
  readonly available: boolean;
  readonly present: boolean;
  readonly capacity: number;
}

/** A case as it is opened: itself, what was said, what happened, what has not left yet, who else reads it (null: not said). */
export interface Whole {
  readonly case: Case;
  readonly lines: readonly Line[];
  readonly history: readonly Happening[];
  readonly pending: readonly Pending[];
  readonly watchers: readonly string[] | null;
}
