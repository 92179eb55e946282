import { GuichetDesk } from "./guichet-desk";

if (!customElements.get("guichet-desk")) customElements.define("guichet-desk", GuichetDesk);
