import type { Answer, Api } from "../api";
import { fields, readCase, type Case } from "../protocol";
import { readOverview, type Overview } from "./words";

/** The desk's requests about letters (docs/desk-protocol.md). */
export class LetterRequests {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  overview(): Promise<Answer<Overview>> {
    return this.#api.request("GET", "letters", undefined, readOverview);
  }

  /** Somebody waits behind a letter that was put aside: the id of its case. */
  open(letter: number): Promise<Answer<number>> {
    return this.#api.request("POST", `letters/${letter}/open`, {}, (raw) => {
      const id = fields(fields(raw)["case"])["id"];
      return typeof id === "number" ? id : null;
    });
  }

  correct(caseId: number, change: { readonly kind: string } | { readonly urgency: string }): Promise<Answer<Case>> {
    return this.#case(`cases/${caseId}/letter`, change);
  }

  trust(caseId: number, letter: number): Promise<Answer<Case>> {
    return this.#case(`cases/${caseId}/letters/${letter}/trust`, {});
  }

  acknowledge(caseId: number, letter: number): Promise<Answer<Case>> {
    return this.#case(`cases/${caseId}/letters/${letter}/acknowledge`, {});
  }

  /** A held acknowledgement is never sent. */
  drop(caseId: number, letter: number): Promise<Answer<Case>> {
    return this.#case(`cases/${caseId}/letters/${letter}/drop`, {});
  }

  #case(path: string, body: object): Promise<Answer<Case>> {
    return this.#api.request("POST", path, body, (raw) => readCase(fields(raw)["case"], location.origin));
  }
}
