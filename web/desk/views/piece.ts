import { html, nothing, type TemplateResult } from "lit";

import { blocks, stretches, unbroken } from "../../widget/words";
import { dayWords, momentWords } from "../ages";
import { icon } from "../icons";
import type { Document, Happening, Line, Source } from "../protocol";
import { sizeWords } from "../sizes";
import { fr as t } from "../strings/fr";
import { deliveryView } from "./delivery";

/** Where a photo or a document is fetched from: signed-in agents only. */
export function photoUrl(id: string): string {
  return `/desk/api/photos/${encodeURIComponent(id)}`;
}

/** What can be done with something that was said. */
export interface LineActs {
  readonly isBusy: boolean;
  readonly onAgain: () => void;
  readonly onArticle: () => void;
}

/** One thing that was said: author first. Text is never read as markup, and links in it are not made. */
export function lineView(line: Line, now: number, isOwn: boolean, acts: LineActs): TemplateResult {
  const author = { citizen: t.citizen, bot: t.bot, agent: line.name || t.agent, system: t.system }[line.author];
  return html`<div class="entry ${line.author}">
    <p class="author">
      ${line.author === "bot" ? icon("robot") : line.author === "agent" ? icon("person") : nothing}<bdi>${author}</bdi
      >${isOwn ? html` <span>(${t.you})</span>` : nothing}<span class="vh"> : </span>
      <time aria-live="off" datetime=${line.at || nothing}>${momentWords(line.at, now)}</time>
    </p>
    ${line.text || line.sources.length
      ? html`<div class="bubble" lang=${line.language || nothing} dir="auto">${wordsOf(line)} ${sourcesView(line.sources)}</div>`
      : nothing}
    ${photosView(line.photos)} ${filesView(line.files)}
    ${line.receiving ? html`<p class="receiving">${icon("clock")}<span>${t.receiving(line.receiving)}</span></p>` : nothing}
    ${line.delivery ? deliveryView(line.delivery, acts) : nothing}
    ${line.author === "agent" && line.text
      ? html`<p class="line-acts"><button type="button" class="plain small make-article" @click=${acts.onArticle}>${icon("book")}${t.makeArticle}</button></p>`
      : nothing}
  </div>`;
}

/** Documents, which a browser saves and does not show: nobody has looked into them. */
export function filesView(files: readonly Document[]): TemplateResult | typeof nothing {
  if (!files.length) return nothing;
  return html`<ul class="files" role="list">
    ${files.map(
      ({ id, name, sizeBytes }) => html`<li>
        <a href=${photoUrl(id)} download=${name}>${icon("page")}<span><bdi>${name}</bdi>, PDF, ${sizeWords(sizeBytes)}</span></a>
      </li>`,
    )}
  </ul>`;
}

export function noteView(note: Happening, now: number): TemplateResult {
  return html`<div class="entry note">
    <p class="author">
      ${icon("lock")}<bdi>${t.noteBy(note.agent)}</bdi><span>, ${t.noteUnseen}</span><span class="vh"> : </span>
      <time aria-live="off" datetime=${note.at || nothing}>${momentWords(note.at, now)}</time>
    </p>
    <div class="bubble typed" dir="auto">${note.text}</div>
  </div>`;
}

export function photosView(photos: readonly string[]): TemplateResult | typeof nothing {
  if (!photos.length) return nothing;
  return html`<ul class="photos" role="list">
    ${photos.map((id, at) => {
      const words = t.photo(at + 1, photos.length);
      return html`<li>
        <a href=${photoUrl(id)} target="_blank" rel="noopener noreferrer"
          ><img src=${photoUrl(id)} alt=${words} loading="lazy" /><span class="vh"> (${t.openPhoto}, ${t.newTab})</span></a
        >
      </li>`;
    })}
  </ul>`;
}

/** What a text rests on, each with its page. */
export function sourcesView(sources: readonly Source[]): TemplateResult | typeof nothing {
  if (!sources.length) return nothing;
  return html`<div class="sources" lang="fr">
    <p class="label">${icon("page")} ${t.sources(sources.length)}</p>
    <ul role="list">
      ${sources.map((source) => html`<li>${sourceLink(source)} <span class="facts">${factsOf(source)}</span></li>`)}
    </ul>
  </div>`;
}

export function sourceLink({ title, href }: Source): TemplateResult {
  if (!href) return html`<span>${title}</span>`;
  return html`<a href=${href} target="_blank" rel="noopener noreferrer"
    >${unbroken(title)}<span class="vh"> (${t.newTab})</span>${icon("out")}</a
  >`;
}

export function factsOf({ publisher, updated }: Source): string {
  const day = dayWords(updated);
  return [publisher, day && t.updated(day)].filter(Boolean).join(" · ");
}

function wordsOf(line: Line): TemplateResult | readonly TemplateResult[] {
  if (line.author === "citizen")
    return html`<p class="typed">${stretches(line.text).map(({ text, isFigures }) =>
      isFigures ? html`<bdi dir="ltr">${text}</bdi>` : text,
    )}</p>`;
  return blocks(line.text).map(({ kind, lines }) =>
    kind === "list"
      ? html`<ul>${lines.map((one) => html`<li>${unbroken(one)}</li>`)}</ul>`
      : html`<p>${lines.map((one, at) => html`${at ? html`<br />` : nothing}${unbroken(one)}`)}</p>`,
  );
}
