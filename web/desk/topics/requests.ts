import type { Answer, Api } from "../api";
import { fields, list, text } from "../protocol";
import { readExample, readListing, readTopic, type Decision, type Example, type Listing, type Topic } from "./words";

/** The desk's requests about what could not be answered (docs/desk-protocol.md). */
export class TopicRequests {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  all(): Promise<Answer<Listing>> {
    return this.#api.request("GET", "topics", undefined, readListing);
  }

  examples(id: number): Promise<Answer<readonly Example[]>> {
    return this.#api.request("GET", `topics/${id}`, undefined, (raw) => list(fields(raw)["examples"], readExample));
  }

  /** What is made of a group; "" takes that back. `article` is the draft that was opened. */
  decide(id: number, decision: Decision | "", target = ""): Promise<Answer<{ readonly topic: Topic; readonly article: string }>> {
    return this.#api.request("POST", `topics/${id}`, { decision, for: target }, (raw) => {
      const topic = readTopic(fields(raw)["topic"]);
      return topic ? { topic, article: text(fields(raw)["article"]) } : null;
    });
  }
}
