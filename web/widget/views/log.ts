import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import type { Item } from "../entries";
import { icon } from "../icons";
import type { Choice } from "../protocol";
import type { Session } from "../session";
import type { Preferences } from "../storage";
import type { Strings } from "../strings";
import { entryView } from "./entry";

export interface LogView {
  readonly t: Strings;
  readonly session: Session;
  readonly preferences: Preferences;
  readonly privacyUrl: string | null;
  readonly unfolded: ReadonlySet<string>;
  readonly choices: ReadonlyMap<string, readonly Choice[]>;
  readonly onUnfold: (id: string) => void;
  readonly onChoose: (choice: Choice, event: Event) => void;
  readonly onRetry: (id: string) => void;
  readonly onEdit: (item: Item) => void;
  readonly onScroll: () => void;
  /** Whether something came that is out of sight. */
  readonly hasBelow: boolean;
  readonly onEnd: () => void;
}

/**
 * The conversation. Only additions of whole entries are announced; while an earlier conversation is being loaded the
 * log says that it is busy, so that nobody has to hear it all again.
 */
export function logView(view: LogView): TemplateResult {
  const { t, session } = view;
  const { welcome, items, link, awaiting, desk } = session;
  const working = desk.writer ? t.writes(desk.writer) : awaiting === "answer" ? t.typing : "";
  const isLoading = link === "connecting" || (link === "lost" && !welcome);
  return html`<div class="reading"><div
    class="log"
    role="log"
    aria-live="polite"
    aria-relevant="additions"
    aria-label=${t.log}
    aria-busy=${isLoading}
    tabindex="0"
    @scroll=${view.onScroll}
  >
    ${session.restarted ? html`<p class="notice">${t.restarted}</p>` : nothing}
    ${isLoading && !items.length && link === "connecting" ? html`<p class="notice">${t.connecting}</p>` : nothing}
    ${welcome ? entry(view, welcome) : nothing}
    ${repeat(
      items,
      ({ id }) => id,
      (item) => html`${entry(view, item)}
      ${item.id === session.resumedAfter ? html`<p class="notice divider" aria-live="off"><span>${t.resumed}</span></p>` : nothing}`,
    )}
    ${link === "ready" ? waitingView(working, awaiting === "late" ? t.slow : "") : nothing}
  </div>
  ${view.hasBelow
    ? html`<button type="button" class="below" @click=${view.onEnd}>${icon("down")} ${t.newBelow}</button>`
    : nothing}</div>`;
}

/** Who is at work on an answer, else that it is late. */
function waitingView(working: string, late: string): TemplateResult | typeof nothing {
  if (!working && !late) return nothing;
  const dots = html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`;
  return html`<div class="typing" aria-live="off">${working ? html`${dots} ${working}` : late}</div>`;
}

function entry(view: LogView, item: Item): TemplateResult {
  const { t, session, preferences } = view;
  return entryView({
    item,
    t,
    language: item.language ?? t.language,
    choices: view.choices.get(item.id) ?? [],
    // The welcome is short by nature, and its last line says how to reach a person.
    foldable: item !== session.welcome,
    privacyUrl: item === session.welcome ? view.privacyUrl : null,
    unfolded: view.unfolded.has(item.id),
    showTime: preferences.times,
    digits: preferences.digits,
    online: session.link === "ready",
    onUnfold: () => view.onUnfold(item.id),
    onChoose: view.onChoose,
    onRetry: () => view.onRetry(item.id),
    onEdit: () => view.onEdit(item),
  });
}
