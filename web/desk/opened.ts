import type { Answer, Api, Refusal } from "./api";
import { Composing } from "./composing";
import { LetterRequests } from "./letters/requests";
import type { Letter } from "./letters/words";
import type { Case, Happening, Line, Me, Pending, Suggestion, Whole } from "./protocol";
import type { Storage } from "./storage";
import { fr as t } from "./strings/fr";
import { letters as words } from "./strings/letters";
import { lastPosition, mergeHistory, mergeLines, secondsLeft } from "./thread";

/** What the citizen's typing is shown for after the last sign of it. */
const TYPING_MS = 5_000;
const TICK_MS = 250;

/** What an open case needs from the page around it. */
export interface Around {
  readonly me: Me;
  readonly api: Api;
  readonly storage: Storage;
  readonly changed: () => void;
  /** Says something to those who listen. */
  readonly tell: (words: string) => void;
  /** Something new was said. */
  readonly heard: (lines: readonly Line[]) => void;
}

/** One case that an agent has open: all that is known of it, and what can be done with it. */
export class Opened {
  readonly id: number;
  readonly composing: Composing;

  case: Case | null = null;
  lines: readonly Line[] = [];
  history: readonly Happening[] = [];
  pending: readonly Pending[] = [];
  watchers: readonly string[] = [];
  suggestions: readonly Suggestion[] = [];
  contact: string | null = null;
  isLoading = true;
  isTyping = false;
  /** What could not be done last, in words. */
  refusal: Refusal | null = null;
  /** The act under way. */
  busy: string | null = null;

  readonly #again = new Set<number>();
  #answeredTo: string | null = null;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;
  readonly #around: Around;

  constructor(id: number, around: Around) {
    this.id = id;
    this.#around = around;
    this.composing = new Composing(id, around.me, around.api, around.storage, around.changed);
  }

  /** Whether this agent is asked to take it. */
  get isOffered(): boolean {
    return this.case?.offered?.id === this.#around.me.agent.id;
  }

  get isMine(): boolean {
    return this.case?.state === "taken" && this.case.agent?.id === this.#around.me.agent.id;
  }

  /** Whether an agent has said something that was not given up. */
  get hasAnswered(): boolean {
    return this.lines.some((line) => line.author === "agent" && !hasFailed(line));
  }

  /** The letter that a line of the conversation is. */
  letterOf({ id }: Line): Letter | null {
    return this.case?.mail?.letters.find(({ message }) => message === id) ?? null;
  }

  get position(): number {
    return lastPosition(this.lines);
  }

  /** The reply of this agent that can still be taken back, the latest first. */
  get undoable(): Pending | null {
    return this.pending.findLast((one) => one.agent.id === this.#around.me.agent.id) ?? null;
  }

  async load(): Promise<void> {
    this.isLoading = true;
    this.#around.changed();
    const answer = await this.#around.api.open(this.id);
    if (this.#isClosed) return;
    this.isLoading = false;
    if (answer.ok) this.#learn(answer.value);
    else this.refuse(answer);
    this.#around.changed();
    this.#suggest();
  }

  /** News of the case. */
  hear(whole: Whole): void {
    const last = this.position;
    const isFirst = this.case === null;
    const failed = new Set(this.lines.filter(hasFailed).map(({ position }) => position));
    this.#learn(whole);
    if (!isFirst && whole.lines.some((line) => hasFailed(line) && !failed.has(line.position))) this.#around.tell(t.toldFailed);
    const said = this.lines.filter(({ position }) => position > last);
    if (said.some(({ author }) => author === "citizen")) this.isTyping = false;
    if (said.length && !isFirst) this.#around.heard(said);
    this.#suggest();
    this.#around.changed();
  }

  isSendingAgain({ position }: Line): boolean {
    return this.#again.has(position);
  }

  /** Sends a reply once more that its channel gave up. */
  async sendAgain({ position }: Line): Promise<boolean> {
    if (this.#again.has(position)) return false;
    this.#again.add(position);
    this.refusal = null;
    this.#around.changed();
    const answer = await this.#around.api.again(this.id, position);
    this.#again.delete(position);
    if (answer.ok) this.#around.tell(t.toldAgain);
    else this.refuse(answer);
    // What became of it meanwhile may have been told before the answer was here; the gateway knows.
    await this.load();
    return answer.ok;
  }

  watchedBy(names: readonly string[]): void {
    this.watchers = names;
    this.#around.changed();
  }

  citizenTypes(): void {
    clearTimeout(this.#typingTimer);
    this.isTyping = true;
    this.#typingTimer = setTimeout(() => {
      this.isTyping = false;
      this.#around.changed();
    }, TYPING_MS);
    this.#around.changed();
  }

  secondsLeft(pending: Pending): number {
    return secondsLeft(pending, this.#around.api.now(), this.#around.me.undoSeconds);
  }

  take(): Promise<boolean> {
    return this.#act("take", t.toldTaken, (api) => api.take(this.id));
  }

  pass(): Promise<boolean> {
    return this.#act("pass", t.toldPassed, (api) => api.pass(this.id));
  }

  release(reason: string): Promise<boolean> {
    return this.#act("release", t.toldReleased, (api) => api.release(this.id, reason));
  }

  transfer(service: string, note: string): Promise<boolean> {
    return this.#act("transfer", t.toldTransferred, (api) => api.transfer(this.id, service, note));
  }

  /** Back from where it was sent by mistake; in hand again if it was. */
  async moveBack(service: string, wasMine: boolean): Promise<boolean> {
    const isBack = await this.#act("transfer", "", (api) => api.undoTransfer(this.id, service));
    if (isBack && wasMine) await this.take();
    return isBack;
  }

  finish(cancelsAppointment: boolean): Promise<boolean> {
    return this.#act("close", t.toldClosed, (api) => api.close(this.id, cancelsAppointment));
  }

  setUrgent(urgent: boolean): Promise<boolean> {
    return this.#act("urgent", urgent ? t.toldUrgent : t.toldNotUrgent, (api) => api.setUrgent(this.id, urgent));
  }

  correct(change: { kind: string } | { urgency: string }): Promise<boolean> {
    return this.#act("correct", words.toldCorrected, (api) => new LetterRequests(api).correct(this.id, change));
  }

  /** Answers go to the sender of this letter from now on. */
  trust({ id }: Letter): Promise<boolean> {
    return this.#act("trust", words.toldTrusted, (api) => new LetterRequests(api).trust(this.id, id));
  }

  acknowledge({ id }: Letter): Promise<boolean> {
    return this.#act("acknowledge", words.toldAcknowledged, (api) => new LetterRequests(api).acknowledge(this.id, id));
  }

  drop({ id }: Letter): Promise<boolean> {
    return this.#act("drop", words.toldDropped, (api) => new LetterRequests(api).drop(this.id, id));
  }

  async reveal(): Promise<void> {
    const answer = await this.#around.api.reveal(this.id);
    if (answer.ok) this.contact = answer.value || t.noContact;
    else this.refuse(answer);
    this.#around.changed();
  }

  async send(): Promise<boolean> {
    return this.#sent(await this.composing.send());
  }

  async retry(): Promise<boolean> {
    return this.#sent(await this.composing.retry());
  }

  /** Takes a reply back that has not left; its words return to the composer. */
  async takeBack(pending: Pending): Promise<boolean> {
    const answer = await this.#around.api.takeBack(this.id, pending.id);
    if (answer.ok) {
      this.#expect(this.pending.filter(({ id }) => id !== pending.id));
      this.composing.giveBack(answer.value);
      this.#around.tell(t.toldTakenBack);
    } else this.refuse(answer);
    this.#around.changed();
    return answer.ok;
  }

  async keepNote(): Promise<boolean> {
    const answer = await this.composing.keepNote();
    if (!answer?.ok) {
      if (this.composing.problem) this.#around.tell(this.composing.problem);
      return false;
    }
    this.history = mergeHistory(this.history, [answer.value]);
    this.#around.tell(t.toldNoted);
    this.#around.changed();
    return true;
  }

  forgive(): void {
    this.refusal = null;
    this.#around.changed();
  }

  /** Nobody looks at it any more. */
  leave(): void {
    this.#isClosed = true;
    clearTimeout(this.#typingTimer);
    clearInterval(this.#ticker);
  }

  async #act(name: string, told: string, work: (api: Api) => Promise<Answer<Case>>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = name;
    this.refusal = null;
    this.#around.changed();
    const answer = await work(this.#around.api);
    this.busy = null;
    if (answer.ok) {
      this.case = answer.value;
      this.#around.tell(told);
    } else {
      this.refuse(answer);
      // Somebody else was quicker: what is shown here is no longer so.
      if (["taken", "closed", "stale"].includes(answer.error)) void this.load();
    }
    this.#around.changed();
    return answer.ok;
  }

  #sent(answer: Answer<Pending> | null): boolean {
    if (answer?.ok) {
      // It may have left, and come back as a line, before the answer was here.
      const isKnown = this.pending.some(({ id }) => id === answer.value.id);
      const hasLeft = this.lines.some(({ id }) => id === answer.value.id);
      if (!isKnown && !hasLeft) this.#expect([...this.pending, answer.value]);
      this.#around.tell(t.toldLeaving(this.#around.me.undoSeconds));
    } else if (answer) this.#around.tell(this.composing.problem ?? t.notSent);
    else if (this.composing.problem) this.#around.tell(this.composing.problem);
    this.#around.changed();
    return answer?.ok === true;
  }

  #learn(whole: Whole): void {
    if (!this.case || whole.case.version >= this.case.version) this.case = whole.case;
    this.lines = mergeLines(this.lines, whole.lines);
    this.history = mergeHistory(this.history, whole.history);
    this.watchers = whole.watchers ?? this.watchers;
    this.#expect(whole.pending);
    this.composing.settle(new Set([...this.lines, ...this.pending].map(({ id }) => id)));
  }

  /** What is about to leave; while there is any, the seconds are counted. */
  #expect(pending: readonly Pending[]): void {
    this.pending = pending;
    clearInterval(this.#ticker);
    if (pending.length) this.#ticker = setInterval(this.#around.changed, TICK_MS);
  }

  /** Looks for answers once for each thing that the citizen says. */
  #suggest(): void {
    const asked = this.lines.findLast(({ author }) => author === "citizen")?.id ?? "subject";
    if (!this.case || this.case.state === "closed" || asked === this.#answeredTo) return;
    this.#answeredTo = asked;
    void this.#around.api.suggestions(this.id).then((answer) => {
      if (this.#isClosed || this.#answeredTo !== asked || !answer.ok) return;
      this.suggestions = answer.value;
      this.#around.changed();
    });
  }

  /** Why something was not done with it, above the conversation. */
  refuse(refusal: Refusal): void {
    this.refusal = refusal;
    this.#around.tell(refusal.text);
  }
}

function hasFailed({ delivery }: Line): boolean {
  return delivery?.state === "failed";
}
