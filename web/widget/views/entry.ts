import { html, nothing, type TemplateResult } from "lit";

import type { Item } from "../entries";
import { icon } from "../icons";
import type { Choice, SourceLink } from "../protocol";
import type { Strings } from "../strings";
import { authorOf } from "../transcript";
import { blocks, fold, spans, unbroken, type Block } from "../words";
import { initial } from "./desk";

export interface EntryView {
  readonly item: Item;
  readonly t: Strings;
  /** The language of the entry's own words. */
  readonly language: string;
  readonly choices: readonly Choice[];
  /** Whether a long text may be shown in part. */
  readonly foldable: boolean;
  /** Where the town says what it keeps: a link below these words; null for none. */
  readonly privacyUrl: string | null;
  readonly unfolded: boolean;
  readonly showTime: boolean;
  readonly digits: boolean;
  readonly online: boolean;
  readonly onUnfold: () => void;
  readonly onChoose: (choice: Choice, event: Event) => void;
  readonly onRetry: () => void;
  readonly onEdit: () => void;
}

/** One entry of the conversation: author first, then words, sources and choices. Text is never read as markup. */
export function entryView(view: EntryView): TemplateResult {
  const { item, t } = view;
  const author = authorOf(item, t);
  const isNamed = item.author === "agent" || item.author === "system";
  return html`<div class="entry ${item.author}" data-id=${item.id}>
    <p class=${isNamed ? "author" : "author vh"}>${item.author === "agent" ? initial(item.name) : nothing}${author}<span class="vh"> : </span></p>
    <div class="bubble" lang=${view.language} dir="auto">${words(view)}</div>
    ${view.showTime && item.at ? time(item.at, t) : nothing} ${delivery(view)} ${choices(view)}
  </div>`;
}

function words({ item, t, foldable, privacyUrl, unfolded, onUnfold }: EntryView): TemplateResult {
  if (item.author === "citizen") {
    return html`${item.text ? html`<p class="typed">${unbroken(item.text)}</p>` : nothing}${attachments(item, t)}`;
  }
  const all = blocks(item.text);
  const { head, folded, tail } = foldable ? fold(all, item.buttons.length > 0) : { head: all, folded: [], tail: [] };
  // Folded words stay in the document, out of sight: a screen reader gets the message whole, and once.
  return html`${head.map((block) => blockView(block))}
  ${folded.length
    ? html`<div class=${unfolded ? "" : "vh"}>${folded.map((block) => blockView(block, !unfolded))}</div>
        <button type="button" class="link more" aria-expanded=${unfolded} lang=${t.language} @click=${onUnfold}>
          ${unfolded ? t.less : t.more}
        </button>`
    : nothing}
  ${sources(item.sources, t)} ${tail.map((block) => blockView(block))}
  ${privacyUrl ? html`<p lang=${t.language}>${outward(privacyUrl, t.yourData, t, "link")}</p>` : nothing}`;
}

/** What went along, as words: only agents can look at it. */
function attachments({ attachments: all }: Item, t: Strings): TemplateResult | typeof nothing {
  if (!all.length) return nothing;
  return html`<ul class="attachments" lang=${t.language}>
    ${all.map((_one, at) => html`<li>${icon("photo")} ${t.photo(at + 1, all.length)}</li>`)}
  </ul>`;
}

function blockView(block: Block, hidden = false): TemplateResult {
  const lines = block.lines.map((line) =>
    spans(unbroken(line)).map(({ text, href }) =>
      href ? html`<a href=${href} tabindex=${hidden ? "-1" : nothing}>${text}</a>` : text,
    ),
  );
  if (block.kind === "list") return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  return html`<p>${lines.map((line, at) => html`${at ? html`<br />` : nothing}${line}`)}</p>`;
}

function sources(all: readonly SourceLink[], t: Strings): TemplateResult | typeof nothing {
  if (!all.length) return nothing;
  return html`<div class="sources" lang=${t.language}>
    <p class="label">${icon("page")} ${t.sources(all.length)}</p>
    <ul>
      ${all.map(({ title, url, publisher, updated }) => {
        const date = day(updated, t.language);
        const facts = [publisher, date && t.updated(date)].filter(Boolean).join(" · ");
        return html`<li>
          ${url ? outward(url, title, t) : html`<span>${unbroken(title)}</span>`}
          ${facts ? html`<span class="facts">${unbroken(facts)}</span>` : nothing}
        </li>`;
      })}
    </ul>
  </div>`;
}

/** A link that leaves the conversation where it is. */
function outward(url: string, words: string, t: Strings, style = ""): TemplateResult {
  return html`<a class=${style} href=${url} target="_blank" rel="noopener noreferrer"
    >${unbroken(words)}<span class="vh"> (${t.newTab})</span>${icon("out")}</a
  >`;
}

function choices({ choices: all, t, language, digits, onChoose }: EntryView): TemplateResult | typeof nothing {
  if (!all.length) return nothing;
  const choose = (choice: Choice, event: Event): void => onChoose(choice, event);
  const move = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const buttons = [...(event.currentTarget as Element).querySelectorAll("button")];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const picked = digits && /^[1-9]$/.test(event.key) ? all[Number(event.key) - 1] : undefined;
    if (step) buttons[(at + step + buttons.length) % buttons.length]?.focus();
    else if (event.key === "Home") buttons[0]?.focus();
    else if (event.key === "End") buttons.at(-1)?.focus();
    else if (picked) choose(picked, event);
    else return;
    event.preventDefault();
  };
  return html`<div class="choices" role="group" aria-label=${t.choices} @keydown=${move}>
    ${all.map((choice, at) => {
      const key = digits && all.length > 1 && at < 9 ? at + 1 : null;
      return html`<button
        type="button"
        aria-keyshortcuts=${key ?? nothing}
        @click=${(event: Event) => choose(choice, event)}
      >
        <span lang=${language} dir="auto">${unbroken(choice.title)}</span>${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}
      </button>`;
    })}
  </div>`;
}

function delivery({ item, t, online, onRetry, onEdit }: EntryView): TemplateResult | typeof nothing {
  if (!item.delivery) return nothing;
  // Not part of the message: its changes are told by the status line, not by the log.
  if (item.delivery === "sending") {
    return html`<p class="delivery" aria-live="off">${online ? t.sending : t.waiting}</p>`;
  }
  return html`<div class="delivery problem" aria-live="off">
    <p>${icon("alert")} ${unbroken(item.note || t.failed)}</p>
    <button type="button" class="link" @click=${item.retry ? onRetry : onEdit}>${item.retry ? t.retry : t.edit}</button>
  </div>`;
}

function time(at: string, t: Strings): TemplateResult | typeof nothing {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return nothing;
  const isToday = moment.toDateString() === new Date().toDateString();
  const style: Intl.DateTimeFormatOptions = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return html`<time aria-live="off" datetime=${at}>${new Intl.DateTimeFormat(t.language, style).format(moment)}</time>`;
}

/** A day in words; a date without a time is that day everywhere. */
function day(iso: string, language: string): string {
  const moment = new Date(iso);
  if (!iso || Number.isNaN(moment.getTime())) return "";
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(moment);
}
