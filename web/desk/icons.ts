import { svg, html, type TemplateResult } from "lit";

/** Drawn for this page on a grid of 24, stroked in the colour of the text beside them. */
const paths = {
  chat: "M4 5.5h16v11H11l-4.5 4v-4H4z",
  mail: "M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5",
  phone: "M6.2 4h3l1.6 4.2-2 1.6a12 12 0 0 0 5.4 5.4l1.6-2 4.2 1.6v3c0 1-.8 1.8-1.8 1.7A15.6 15.6 0 0 1 4.5 5.8C4.4 4.8 5.2 4 6.2 4z",
  paper: "M21 3.5 3 10.6l6.2 2.6M21 3.5l-3.2 16.2-8.6-6.5M21 3.5 9.2 13.2l.4 6.3 3-3.6",
  form: "M6 3.5h12v17H6zM9 8h6M9 12h6M9 16h3.5",
  clock: "M12 3.8a8.2 8.2 0 1 0 0 16.4 8.2 8.2 0 1 0 0-16.4M12 7.5V12l3.2 2",
  calendar: "M4.5 6h15v14h-15zM4.5 10.5h15M8.5 3.5v4M15.5 3.5v4",
  late: "M12 4 21 19.5H3zM12 10v4.5M12 17v.1",
  doubt: "M12 3.8a8.2 8.2 0 1 0 0 16.4 8.2 8.2 0 1 0 0-16.4M9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6M12 16.4v.1",
  urgent: "M12 3.5 20.5 12 12 20.5 3.5 12zM12 8v4.5M12 15.6v.1",
  person: "M12 4a3.8 3.8 0 1 0 0 7.6A3.8 3.8 0 1 0 12 4M4.8 20c.6-3.8 3.4-5.8 7.2-5.8s6.6 2 7.2 5.8",
  robot: "M5.5 8.5h13v10h-13zM12 8.5V5M12 4.6v.1M9.2 12.6v.1M14.8 12.6v.1M9.5 15.8h5M3 12v3M21 12v3",
  globe: "M12 3.8a8.2 8.2 0 1 0 0 16.4 8.2 8.2 0 1 0 0-16.4M3.8 12h16.4M12 3.8c2.6 2.4 3.4 5.2 3.4 8.2s-.8 5.8-3.4 8.2c-2.6-2.4-3.4-5.2-3.4-8.2s.8-5.8 3.4-8.2",
  send: "M4 12 20 4.5 15.5 20l-3.8-6.2zM11.7 13.8 20 4.5",
  note: "M5 19.5 6.2 15 16 5.2a1.8 1.8 0 0 1 2.6 0l.7.7a1.8 1.8 0 0 1 0 2.6L9.5 18.3zM14 7.2l3.3 3.3",
  lock: "M5.5 10.5h13v9.5h-13zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  lines: "M4.5 6.5h15M4.5 11h15M4.5 15.5h9M17 14v6M14 17h6",
  forward: "M4 12h14M13 6.5l5.5 5.5-5.5 5.5",
  back: "m14.5 5-7 7 7 7",
  undo: "M8.5 5 4 9.5 8.5 14M4.5 9.5h9a5 5 0 0 1 0 10H9",
  check: "m4.5 12.5 5 5 10-11",
  checks: "m2.5 12.5 4.5 4.5 9-10M11.5 16l1 1 9-10",
  close: "m6 6 12 12M18 6 6 18",
  search: "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 1 0 0-12M15 15l5 5",
  settings: "M4 7h9M17 7h3M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M4 17h3M11 17h9M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0M4 12h16",
  keyboard: "M3.5 6.5h17v11h-17zM7 10v.1M10.3 10v.1M13.6 10v.1M17 10v.1M8 14h8",
  eye: "M2.8 12C5 8 8.200 6 12 6s7 2 9.200 6c-2.200 4-5.400 6-9.200 6s-7-2-9.200-6M12 9.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 1 0 0-5.600",
  out: "M9 6H5.5v12.5H18V15M13 5h6v6M18.5 5.5 11 13",
  page: "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4M9.5 12h5M9.5 15.5h5",
  down: "m6 9.5 6 6 6-6",
  file: "M4 6.5h6l2 2.5h8v10H4z",
  book: "M12 6.5C10 5 7 4.500 4 4.800V18.500c3-.300 6 .200 8 1.700 2-1.500 5-2 8-1.700V4.800c-3-.300-6 .200-8 1.700zM12 6.500V20",
  plus: "M12 5v14M5 12h14",
  trash: "M4.500 7h15M9.500 7V4.500h5V7M6.500 7l.800 13h9.400L17.500 7M10.200 10.500v6M13.800 10.500v6",
  learn: "M12 4.500 2.500 9 12 13.500 21.500 9zM6.500 11v4.800c1.500 1.500 3.500 2.200 5.500 2.200s4-.700 5.500-2.200V11M21.500 9v5",
  chart: "M4 20h16M7 16.500v-4M12 16.500V6M17 16.500V9.500",
  inbox: "M4 13.5 6.5 5h11l2.5 8.5V19H4zM4 13.5h4.5l1.5 2.5h4l1.5-2.5H20",
};

export type IconName = keyof typeof paths;

/** A decorative icon; the words beside it or the button's label say what it means. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${svg`<path d=${paths[name]} />`}</svg>`;
}

const CHANNELS: Readonly<Record<string, IconName>> = {
  email: "mail",
  form: "form",
  telegram: "paper",
  phone: "phone",
  api: "globe",
};

/** The drawing of a channel; a speech bubble for every kind of chat. */
export function channelIcon(channel: string): TemplateResult {
  return icon(CHANNELS[channel] ?? "chat");
}
