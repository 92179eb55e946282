import { unsafeCSS } from "lit";

import base from "./style.css?inline";
import letters from "./style-letters.css?inline";
import over from "./style-over.css?inline";
import queue from "./style-queue.css?inline";
import side from "./style-side.css?inline";
import talk from "./style-talk.css?inline";

/** All of the desk's sheets, in the order in which they apply. */
export const styles = [base, queue, talk, side, letters, over].map((sheet) => unsafeCSS(sheet));
