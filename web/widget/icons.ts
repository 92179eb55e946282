import { html, type TemplateResult } from "lit";

/** Drawn for this widget on a grid of 24, stroked in the colour of the text beside them. */
const paths = {
  chat: "M4 5.5h16v11H11l-4.5 4v-4H4zM8 9.5h8M8 12.8h5",
  close: "m6 6 12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  back: "m14.5 5-7 7 7 7",
  send: "M4 12 20 4.5 15.5 20l-3.8-6.2zM11.7 13.8 20 4.5",
  phone: "M6.2 4h3l1.6 4.2-2 1.6a12 12 0 0 0 5.4 5.4l1.6-2 4.2 1.6v3c0 1-.8 1.8-1.8 1.7A15.6 15.6 0 0 1 4.5 5.8C4.4 4.8 5.2 4 6.2 4z",
  page: "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4M9.5 12h5M9.5 15.5h5",
  out: "M9 6H5.5v12.5H18V15M13 5h6v6M18.5 5.5 11 13",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  mail: "M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 13h9.4l.8-13M10 10.5v6M14 10.5v6",
  lock: "M5.5 10.5h13v9.5h-13zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  access: "M10.4 5a1.6 1.6 0 1 0 3.2 0 1.6 1.6 0 1 0-3.2 0M5 9.5 12 10.5l7-1M12 10.5v4M12 14.5l-3 6M12 14.5l3 6",
  photo: "M4 7.5h3.5L9.3 5h5.4l1.8 2.5H20v11.5H4zM8.8 13a3.2 3.2 0 1 0 6.4 0 3.2 3.2 0 1 0-6.4 0",
  clock: "M4 12a8 8 0 1 0 16 0 8 8 0 1 0-16 0M12 7.5V12l3 2",
  down: "M12 5v13M6 12.5l6 6 6-6",
  alert: "M12 4 21 19.5H3zM12 10v4.5M12 17v.1",
};

/** A decorative icon; the words beside it or the button's label say what it means. */
export function icon(name: keyof typeof paths): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${paths[name]} /></svg>`;
}
