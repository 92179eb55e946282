import type { Answer, Api } from "../api";
import { bodyOf, type Fields } from "./fields";
import {
  readArticle,
  readEditions,
  readFiches,
  readListing,
  readPreview,
  type Article,
  type Edition,
  type Fiche,
  type Listing,
  type Preview,
} from "./words";

/** The desk's requests about articles (docs/desk-protocol.md). */
export class Requests {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  all(words: string): Promise<Answer<Listing>> {
    return this.#api.request("GET", `articles?q=${encodeURIComponent(words)}`, undefined, readListing);
  }

  one(id: string): Promise<Answer<Article>> {
    return this.#api.request("GET", `articles/${id}`, undefined, readArticle);
  }

  create(fields: Fields): Promise<Answer<Article>> {
    return this.#api.request("POST", "articles", bodyOf(fields), readArticle);
  }

  save(id: string, version: number, fields: Fields): Promise<Answer<Article>> {
    return this.#api.request("PUT", `articles/${id}`, { ...bodyOf(fields), version }, readArticle);
  }

  act(id: string, act: "publish" | "unpublish" | "remove" | "take-over", version: number): Promise<Answer<Article>> {
    return this.#api.request("POST", `articles/${id}/${act}`, { version }, readArticle);
  }

  restore(id: string, version: number, edition: number): Promise<Answer<Article>> {
    return this.#api.request("POST", `articles/${id}/restore`, { version, edition }, readArticle);
  }

  history(id: string): Promise<Answer<readonly Edition[]>> {
    return this.#api.request("GET", `articles/${id}/history`, undefined, readEditions);
  }

  preview(fields: Fields): Promise<Answer<Preview>> {
    return this.#api.request("POST", "preview", bodyOf(fields), readPreview);
  }

  fiches(words: string): Promise<Answer<readonly Fiche[]>> {
    return this.#api.request("GET", `fiches?q=${encodeURIComponent(words)}`, undefined, readFiches);
  }

  ofReply(caseId: number, position: number): Promise<Answer<Article>> {
    return this.#api.request("POST", `cases/${caseId}/article`, { position }, readArticle);
  }
}
