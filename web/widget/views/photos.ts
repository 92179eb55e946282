import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../icons";
import type { Photo } from "../photos";
import type { Strings } from "../strings";
import { unbroken } from "../words";

/** What the server takes. Phones that keep another format hand over JPEG where it is asked for by name. */
const TYPES = "image/jpeg,image/png,image/webp";
/** Twice the size at which it is shown, for screens with fine pixels. */
const THUMBNAIL_PX = 96;

export interface PhotosView {
  readonly t: Strings;
  readonly photos: readonly Photo[];
  readonly onRetry: (key: number) => void;
  readonly onRemove: (key: number) => void;
}

/** The button that opens the system's own choice of files or, on a phone, the camera. */
export function photoButton(t: Strings, onChoose: (files: readonly File[]) => void): TemplateResult {
  const ask = (event: Event): void => (event.currentTarget as Element).parentElement?.querySelector("input")?.click();
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same file may be chosen again after it was removed.
    input.value = "";
    onChoose(files);
  };
  return html`<input type="file" accept=${TYPES} multiple hidden @change=${chosen} />
    <button type="button" class="attach" aria-label=${t.addPhoto} title=${t.addPhoto} @click=${ask}>${icon("photo")}</button>`;
}

/** What will go with the message: each with its look, its name, how far it is, and a way out. */
export function photosView(view: PhotosView): TemplateResult | typeof nothing {
  if (!view.photos.length) return nothing;
  return html`<ul class="photos" aria-label=${view.t.photos}>
    ${repeat(
      view.photos,
      ({ key }) => key,
      (photo) => photoView(view, photo),
    )}
  </ul>`;
}

function photoView({ t, onRetry, onRemove }: PhotosView, photo: Photo): TemplateResult {
  const { key, name, state, share, note } = photo;
  const words = { waiting: t.photoWaiting, sending: t.photoSending, ready: t.photoReady, refused: note, failed: note }[state];
  const isWrong = state === "refused" || state === "failed";
  return html`<li class=${state}>
    ${thumbnail(photo)}
    <div class="facts">
      <p class="name" title=${name}>${name}</p>
      <p class=${isWrong ? "state problem" : "state"}>${isWrong ? icon("alert") : nothing} ${unbroken(words)}</p>
      ${state === "sending" && share ? html`<progress aria-label=${name} .value=${share}></progress>` : nothing}
      ${state === "failed"
        ? html`<button type="button" class="link" aria-label=${t.photoRetry(name)} @click=${() => onRetry(key)}>${t.retry}</button>`
        : nothing}
    </div>
    <button type="button" class="round" aria-label=${t.photoRemove(name)} @click=${() => onRemove(key)}>${icon("close")}</button>
  </li>`;
}

/** Drawn, not linked: a page's Content-Security-Policy need not allow images from anywhere. */
function thumbnail({ file, state }: Photo): TemplateResult {
  if (!file || state === "refused") return html`<span class="thumbnail">${icon("photo")}</span>`;
  return html`<canvas class="thumbnail" width=${THUMBNAIL_PX} height=${THUMBNAIL_PX} aria-hidden="true" ${ref(draw(file))}></canvas>`;
}

const drawings = new WeakMap<File, (element: Element | undefined) => void>();

/** One function for each file: the same one at every rendering draws once. */
function draw(file: File): (element: Element | undefined) => void {
  const known = drawings.get(file);
  if (known) return known;
  const made = (element: Element | undefined): void => {
    if (element) void paint(element as HTMLCanvasElement, file);
  };
  drawings.set(file, made);
  return made;
}

async function paint(canvas: HTMLCanvasElement, file: File): Promise<void> {
  try {
    const picture = await createImageBitmap(file);
    const side = Math.min(picture.width, picture.height);
    const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
    canvas.getContext("2d")?.drawImage(picture, left, top, side, side, 0, 0, THUMBNAIL_PX, THUMBNAIL_PX);
    picture.close();
  } catch {
    // Not a picture for this browser; the server says whether it is one.
  }
}
