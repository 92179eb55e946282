/** The pages that are elements of their own; `views/frame.ts` draws them by name. */
import "./articles/guichet-articles";
import "./insights/guichet-insights";
import "./letters/guichet-letters";
import "./topics/guichet-topics";
import "./teaching/guichet-samples";
import "./teaching/guichet-teaching";
