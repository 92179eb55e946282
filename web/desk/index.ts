import { GuichetDesk } from "./guichet-desk";
import "./passing/guichet-passing";

if (!customElements.get("guichet-desk")) customElements.define("guichet-desk", GuichetDesk);
