import type { Announcing } from "../widget/announcing";
import type { Api } from "./api";
import { Requests } from "./articles/requests";
import type { Mode } from "./composing";
import type { Dialogs } from "./dialogs";
import type { Focusing } from "./focusing";
import type { Letter, Reply } from "./letters/words";
import type { Moving } from "./moving";
import type { Opened } from "./opened";
import type { Canned, GivenUp, Line, Pending, Source, Suggestion } from "./protocol";
import type { Reading } from "./reading";
import { articles as words } from "./strings/articles";
import { fr as t } from "./strings/fr";
import { letters } from "./strings/letters";
import type { Undelivered } from "./undelivered";

export interface Around {
  readonly api: Api;
  readonly focusing: Focusing;
  readonly reading: Reading;
  readonly dialogs: Dialogs;
  readonly announcing: Announcing;
  readonly moving: Moving;
  /** The case on the page now. */
  readonly current: () => Opened | null;
  /** The conversation's pane, where only one is shown. */
  readonly showTalk: () => void;
  readonly refreshQueue: () => void;
  /** The citizen sees that an answer is being written. */
  readonly type: () => void;
}

/** What an agent does with the case on the page, and where the focus is afterwards. */
export class Acting {
  readonly #around: Around;

  constructor(around: Around) {
    this.#around = around;
  }

  async take(opened: Opened): Promise<void> {
    const { focusing, current } = this.#around;
    if ((await opened.take()) && current() === opened) await focusing.write();
    else focusing.find<HTMLElement>("#talk-title")?.focus();
  }

  /** Lets somebody else be asked; its button is gone then. */
  async pass(opened: Opened): Promise<void> {
    if (await opened.pass()) this.#around.refreshQueue();
    await this.#around.focusing.to("#talk-title");
  }

  async send(opened: Opened): Promise<void> {
    if (opened.composing.mode === "note") await opened.keepNote();
    else if (opened.isMine) await opened.send();
    await this.#around.focusing.fit();
    this.#around.reading.toEnd();
  }

  async undo(opened: Opened, pending: Pending): Promise<void> {
    if (await opened.takeBack(pending)) await this.#around.focusing.write();
  }

  /** Sends a line again that was given up; its button is gone then, and the focus on the conversation. */
  async again(opened: Opened, line: Line): Promise<void> {
    if (await opened.sendAgain(line)) await this.#around.focusing.to(".log");
  }

  /** Sends a given-up reply again, or puts it away; the focus goes to the next one, the strip, or the queue. */
  async settle(undelivered: Undelivered, act: "again" | "dismiss", item: GivenUp): Promise<void> {
    if (!(await undelivered.settle(act, item))) return;
    const next = [".undelivered-list button", ".undelivered-strip", "#queue-title"];
    await this.#around.focusing.toFirst(undelivered.isOpen ? next : next.slice(1));
  }

  /** A draft of an article, made of an agent's reply; its id, null if there is none. */
  async makeArticle(opened: Opened, line: Line): Promise<string | null> {
    const { announcing, api } = this.#around;
    const answer = await new Requests(api).ofReply(opened.id, line.position);
    announcing.tellAgain(answer.ok ? words.toldMade : answer.text);
    if (!answer.ok) opened.refuse(answer);
    return answer.ok ? answer.value.id : null;
  }

  /** What a dialog about the open case ends with. */
  ending(opened: Opened | null) {
    return {
      onTransfer: (service: string, note: string): void => {
        if (service && opened) void this.finish(this.#transfer(opened, service, note));
        else this.#around.dialogs.fail(t.transferMissing);
      },
      onRelease: (reason: string): void => void this.finish(opened?.release(reason)),
      onClose: (cancels: boolean): void => void this.finish(opened?.finish(cancels)),
    };
  }

  /** What can be done with an open case. */
  talking(opened: Opened) {
    const { dialogs } = this.#around;
    return {
      onTake: (): void => void this.take(opened),
      onPass: (): void => void this.pass(opened),
      onTransfer: (): void => dialogs.enter("transfer"),
      onRelease: (): void => dialogs.enter("release"),
      onFinish: (): void => dialogs.enter("close"),
      onUrgent: (urgent: boolean): void => void opened.setUrgent(urgent),
      onSend: (): void => void this.send(opened),
      onUndo: (): void => {
        if (opened.undoable) void this.undo(opened, opened.undoable);
      },
      onUndoOne: (pending: Pending): void => void this.undo(opened, pending),
      onRetry: (): void => void opened.retry().then(() => this.#around.focusing.write()),
      onAgain: (line: Line): void => void this.again(opened, line),
      onInsert: (suggestion: Suggestion): void => this.insert(opened, suggestion),
      ...this.answering(opened),
    };
  }

  /** What can be done with the letters of an open case; the focus stays where it was, or goes to what follows it. */
  answering(opened: Opened) {
    const { focusing } = this.#around;
    // The button is gone then.
    const settle = async (letter: Letter, isDone: boolean): Promise<void> => {
      if (isDone) await focusing.to(`[data-letter="${letter.id}"]`);
    };
    return {
      onMove: (service: string): void => void this.move(opened, service),
      onTrust: (letter: Letter): void => void opened.trust(letter).then((isDone) => settle(letter, isDone)),
      onAcknowledge: (letter: Letter): void => void opened.acknowledge(letter).then((isDone) => settle(letter, isDone)),
      onDrop: (letter: Letter): void => void opened.drop(letter).then((isDone) => settle(letter, isDone)),
      onInsertReply: (reply: Reply): void => {
        if (!opened.isMine) return;
        opened.composing.insertReply(reply);
        this.#around.announcing.tellAgain(letters.toldReplyInserted);
        void focusing.write(0);
      },
    };
  }

  /** To the service that it is for, in one step. */
  async move(opened: Opened, service: string): Promise<void> {
    if (!(await this.#transfer(opened, service, ""))) return;
    this.#around.refreshQueue();
    await this.#around.focusing.to("#talk-title");
  }

  /** Where a case was sent by mistake; the focus goes to its conversation, or to the queue if another one is open. */
  async moveBack(): Promise<void> {
    const { moving, focusing, current, refreshQueue, announcing } = this.#around;
    const { moved } = moving;
    if (!moved || moving.isBusy) return;
    const opened = current();
    const isOpen = opened?.id === moved.id;
    if (await moving.back(isOpen ? opened : null)) {
      announcing.tellAgain(letters.toldMovedBack(moved.fromName));
      refreshQueue();
    } else announcing.tellAgain(moving.failure);
    await focusing.toFirst(isOpen ? ["#talk-title"] : [".moved button", "#queue-title", "#talk-title"]);
  }

  async #transfer(opened: Opened, service: string, note: string): Promise<boolean> {
    const { case: before, isMine } = opened;
    const isDone = await opened.transfer(service, note);
    if (isDone && before && opened.case) this.#around.moving.begin(before, opened.case, isMine);
    return isDone;
  }

  insert(opened: Opened, suggestion: Suggestion): void {
    if (!opened.isMine) return;
    opened.composing.insert(suggestion);
    this.#around.announcing.tellAgain(t.toldInserted);
    this.#around.showTalk();
    void this.#around.focusing.write();
  }

  async reveal(opened: Opened): Promise<void> {
    await opened.reveal();
    await this.#around.focusing.to(".contact");
  }

  /** What the field's own buttons do. */
  writing(opened: Opened) {
    const { composing } = opened;
    const write = (caret?: number): void => void this.#around.focusing.write(caret);
    return {
      onInput: (field: HTMLTextAreaElement): void => {
        composing.write(field.value, field.selectionStart);
        if (composing.mode === "reply" && opened.isMine) this.#around.type();
        if (composing.offer) this.#around.announcing.tell(t.cannedCount(composing.offer.found.length));
      },
      onMode: (mode: Mode): void => {
        composing.turn(mode);
        void this.#around.focusing.fit();
      },
      onTakeUp: (): void => {
        composing.giveBack();
        write();
      },
      onOffer: (): void => {
        composing.toggleOffer();
        write();
      },
      onPick: (canned: Canned): void =>
        write(composing.pick(canned, this.#around.focusing.field?.selectionStart ?? composing.words.length)),
      onDetach: (source: Source): void => {
        composing.detach(source);
        write();
      },
    };
  }

  /** After what a dialog asked for: away with it, or why not. */
  async finish(work: Promise<boolean> | undefined): Promise<void> {
    const { dialogs, current, refreshQueue } = this.#around;
    if (await work) {
      dialogs.leave();
      refreshQueue();
      return;
    }
    const refusal = current()?.refusal;
    if (refusal) dialogs.fail(refusal.text);
  }
}
