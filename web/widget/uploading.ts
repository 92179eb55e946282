import { readUpload, type Upload } from "./protocol";

/** As long as the server waits for a slow line, and what it needs to look at the photo. */
const TIMEOUT_MS = 120_000;

export interface Uploading {
  /** What the server said; null if nothing readable came: then the photo may be sent again. */
  readonly done: Promise<Upload | null>;
  readonly stop: () => void;
}

/**
 * `POST /chat/photos`. `onShare` hears how much has left, from 0 to 1, on the server's own pages only: on others a
 * listener would make the browser ask for permission first, which plain forms need not.
 */
export function upload(
  server: string,
  session: string,
  language: string,
  photo: File,
  onShare: (share: number) => void,
): Uploading {
  const form = new FormData();
  form.append("session_id", session);
  form.append("language", language);
  form.append("photo", photo);
  const request = new XMLHttpRequest();
  const done = new Promise<Upload | null>((resolve) => {
    request.onloadend = () => {
      try {
        resolve(readUpload(JSON.parse(request.responseText)));
      } catch {
        resolve(null);
      }
    };
  });
  if (server === location.origin) {
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable) onShare(loaded / total);
    };
  }
  request.open("POST", `${server}/chat/photos`);
  request.timeout = TIMEOUT_MS;
  request.send(form);
  return { done, stop: () => request.abort() };
}
