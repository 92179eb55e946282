import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import type { Opened } from "../opened";
import { letters as words } from "../strings/letters";

export interface RouteView {
  readonly opened: Opened;
  readonly onMove: (service: string) => void;
  readonly onTransfer: () => void;
}

/** The next likeliest services for a letter that came to the wrong one: one click each, for whoever may move it. */
export function routeView({ opened, onMove, onTransfer }: RouteView): TemplateResult | typeof nothing {
  const { case: shown, isMine, busy } = opened;
  const mayMove = shown?.state === "waiting" || (isMine && !opened.hasAnswered);
  if (!shown?.mail?.elsewhere.length || !mayMove) return nothing;
  return html`<div class="route" role="group" aria-label=${words.notOursLabel}>
    <span aria-hidden="true">${words.notOurs}</span>
    ${shown.mail.elsewhere.map(
      ({ code, name, likely }) => html`<button
        type="button"
        class="plain small"
        title=${likely}
        aria-label=${words.moveTo(name)}
        aria-disabled=${busy !== null}
        @click=${() => onMove(code)}
      >
        ${icon("forward")}${name}
      </button>`,
    )}
    <button type="button" class="plain small" @click=${onTransfer}>${words.other}</button>
  </div>`;
}
