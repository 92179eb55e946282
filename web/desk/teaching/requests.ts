import type { Answer, Api } from "../api";
import { fields } from "../protocol";
import { readLesson, readLessons, readQuality, readSample, readSamples, readWaiting } from "./words";
import type { Decision, Lesson, Lessons, Quality, Rating, Sample, Samples } from "./words";

/** The desk's requests about messages to judge and answers to rate (docs/desk-protocol.md). */
export class TeachingRequests {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  lessons(): Promise<Answer<Lessons>> {
    return this.#api.request("GET", "lessons", undefined, readLessons);
  }

  /** Without a decision it waits again. */
  decide(id: number, decision: Decision | "", value = ""): Promise<Answer<{ lesson: Lesson; waiting: number }>> {
    return this.#api.request("POST", `lessons/${id}`, { decision, value }, (raw) => {
      const lesson = readLesson(fields(raw)["lesson"]);
      return lesson && { lesson, waiting: readWaiting(fields(raw)["counts"]) };
    });
  }

  samples(week: string): Promise<Answer<Samples>> {
    return this.#api.request("GET", week ? `samples?week=${encodeURIComponent(week)}` : "samples", undefined, readSamples);
  }

  /** Without a rating it waits again. */
  rate(id: number, rating: Rating | ""): Promise<Answer<{ sample: Sample; quality: Quality }>> {
    return this.#api.request("POST", `samples/${id}`, { rating }, (raw) => {
      const sample = readSample(fields(raw)["sample"]);
      const quality = readQuality(fields(raw)["quality"]);
      return sample && quality && { sample, quality };
    });
  }
}
