import { html, type TemplateResult } from "lit";

import { LEAST, MOST, resize, wishOf, type Outer, type Widths } from "./panes";
import { fr as t } from "./strings/fr";

export interface SeparatorView {
  readonly which: Outer;
  readonly widths: Widths;
  readonly onResize: (widths: Widths) => void;
}

/** What can be dragged, or moved with the arrow keys, to change the width of the pane beside it. */
export function separatorView({ which, widths, onResize }: SeparatorView): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const wish = wishOf(event.key, which, widths[which]);
    if (wish === null) return;
    event.preventDefault();
    onResize(resize(widths, which, wish, panesOf(event).width));
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const handle = event.currentTarget as HTMLElement;
    const panes = panesOf(event);
    handle.setPointerCapture(event.pointerId);
    const drag = ({ clientX }: PointerEvent): void =>
      onResize(resize(widths, which, which === "queue" ? clientX - panes.left : panes.right - clientX, panes.width));
    const end = (): void => {
      handle.removeEventListener("pointermove", drag);
      for (const name of ["pointerup", "pointercancel"] as const) handle.removeEventListener(name, end);
    };
    handle.addEventListener("pointermove", drag);
    for (const name of ["pointerup", "pointercancel"] as const) handle.addEventListener(name, end);
  };
  return html`<div
    class="separator of-${which}"
    role="separator"
    tabindex="0"
    aria-orientation="vertical"
    aria-label=${which === "queue" ? t.resizeQueue : t.resizeSide}
    aria-controls="pane-${which}"
    aria-valuemin=${LEAST[which]}
    aria-valuemax=${MOST[which]}
    aria-valuenow=${widths[which]}
    @keydown=${onKey}
    @pointerdown=${onDown}
  ></div>`;
}

function panesOf(event: Event): DOMRect {
  return ((event.currentTarget as Element).closest(".panes") ?? document.documentElement).getBoundingClientRect();
}
