/** What the widget does to the page around it, each with a way back. */

type Undo = () => void;

/** Every element that is neither the host nor around it: what a modal dialog or a print leaves out. */
function surroundings(host: Element): readonly HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at: Element | null = host; at && at !== document.documentElement; ) {
    const parent: ParentNode | null = at.parentNode;
    for (const sibling of parent?.children ?? []) {
      if (sibling !== at && sibling instanceof HTMLElement && !/^(SCRIPT|STYLE|LINK|HEAD)$/.test(sibling.tagName)) {
        found.push(sibling);
      }
    }
    at = parent instanceof ShadowRoot ? parent.host : (parent as Element | null);
  }
  return found;
}

/** Makes the page behind a full-screen dialog inert and holds its scroll position. */
function muffle(host: Element): Undo {
  const shut = surroundings(host).filter((element) => !element.inert);
  for (const element of shut) element.inert = true;
  const { style } = document.documentElement;
  const overflow = style.overflow;
  style.overflow = "hidden";
  return () => {
    for (const element of shut) element.inert = false;
    style.overflow = overflow;
  };
}

/**
 * Prints the host alone. The marks only matter to print media, so that a browser that does not say when its print
 * dialog closed (they differ) leaves nothing visible behind.
 */
export function printAlone(host: HTMLElement): void {
  const away = surroundings(host);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("@media print{[data-guichet-away]{display:none!important}}");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  for (const element of away) element.toggleAttribute("data-guichet-away", true);
  host.toggleAttribute("data-printing", true);
  const undo = (): void => {
    for (const event of ENDS) removeEventListener(event, undo, true);
    for (const element of away) element.removeAttribute("data-guichet-away");
    host.removeAttribute("data-printing");
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
  for (const event of ENDS) addEventListener(event, undo, true);
  print();
}

const ENDS = ["afterprint", "pointerdown", "keydown"];

/** Follows the part of the window that an on-screen keyboard leaves free. Calls back with its height and top, in px. */
function followKeyboard(tell: (height: number, top: number) => void): Undo {
  const viewport = window.visualViewport;
  if (!viewport) return () => undefined;
  const measure = (): void => {
    // A citizen who zooms in with two fingers wants a larger chat, not one that fits the zoomed part.
    if (viewport.scale === 1) tell(viewport.height, viewport.offsetTop);
  };
  viewport.addEventListener("resize", measure);
  viewport.addEventListener("scroll", measure);
  measure();
  return () => {
    viewport.removeEventListener("resize", measure);
    viewport.removeEventListener("scroll", measure);
  };
}

/** Full screen: the page behind is inert, and the host's `--_height` and `--_top` follow the keyboard. */
export function takeScreen(host: HTMLElement): Undo {
  const undoPage = muffle(host);
  const undoKeyboard = followKeyboard((height, top) => {
    host.style.setProperty("--_height", `${height}px`);
    host.style.setProperty("--_top", `${top}px`);
  });
  return () => {
    undoPage();
    undoKeyboard();
  };
}
