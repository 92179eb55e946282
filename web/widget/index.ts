import { GuichetChat } from "./guichet-chat";

const NAME = "guichet-chat";

/** One script tag is enough: a page that places no element of its own gets one at its end. */
function place(): void {
  if (!document.querySelector(NAME)) document.body.append(document.createElement(NAME));
}

// A page that loads the script twice keeps the first.
if (!customElements.get(NAME)) {
  customElements.define(NAME, GuichetChat);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
  else place();
}
