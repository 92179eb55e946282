import { html, nothing, svg, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../icons";
import { capital, changeWords, lengthWords, numberWords, shareWords, spanWords } from "../insights/formatting";
import { TIMES, type Figures, type Hour, type Row, type Table } from "../insights/words";
import type { Page } from "../pages";
import { insights as t } from "../strings/insights";
import type { InsightsView } from "./insights-page";

const SHOWN = 8;
const SHADES = 6;
/** Which filter a line of a table sets. */
const FILTERS: Partial<Record<Table, "channel" | "service" | "language">> = { channels: "channel", services: "service", languages: "language" };

const LEADS: Readonly<Record<string, Page>> = { topics: "articles", statuses: "topics", times: "cases", mails: "letters", unclaimed: "cases" };

/** A section with what it means and its file. */
export function sectionView(id: string, [title, hint]: readonly [string, string], file: string, view: InsightsView, inner: unknown): TemplateResult {
  return html`<section class="part" id=${id} aria-labelledby="${id}-title">
    <div class="part-head">
      <h3 id="${id}-title" tabindex="-1">${title}</h3>
      <a class="file" href=${view.fileOf(file)} download aria-label=${t.csvOf(title)}>${icon("down")}${t.csv}</a>
    </div>
    <p class="hint">${hint} <span class="period">${capital(spanWords(view.figures.first, view.figures.last))}.</span></p>
    ${inner}
  </section>`;
}

const noneView = (): TemplateResult => html`<p class="none">${t.noRows}</p>`;

/** Lines with their bars: the drawing is the table. */
export function rowsView(table: Table, view: InsightsView): TemplateResult {
  const rows = view.figures.tables[table];
  const titles = t.tables[table]!;
  if (!rows.length) return sectionView(table, titles, table, view, noneView());
  const isLong = rows.length > SHOWN;
  const isUnfolded = view.unfolded.has(table);
  const shown = isLong && !isUnfolded ? rows.slice(0, SHOWN) : rows;
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return sectionView(
    table,
    titles,
    table,
    view,
    html`<table class="rows" aria-labelledby="${table}-title">
        <thead>
          <tr>
            <th scope="col">${t.name}</th>
            <th scope="col" class="figure">${t.count}</th>
            <th scope="col" class="figure">${t.share}</th>
            <th scope="col" class="figure">${t.change}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(shown, ({ key }) => key, (row) => rowView(row, most, FILTERS[table], view))}
        </tbody>
      </table>
      ${isLong
        ? html`<button type="button" class="linklike" aria-expanded=${isUnfolded} @click=${() => view.onUnfold(table)}>
            ${isUnfolded ? t.fewer : t.more(rows.length)}
          </button>`
        : nothing}
      ${leadView(table, view)}`,
  );
}

/** Where something can be done about what a table shows. */
function leadView(table: string, view: InsightsView): TemplateResult | typeof nothing {
  const page = LEADS[table];
  return page ? html`<button type="button" class="linklike" @click=${() => view.onPage(page)}>${t.leads[table]}</button>` : nothing;
}

function rowView(row: Row, most: number, filter: "channel" | "service" | "language" | undefined, view: InsightsView): TemplateResult {
  const { key, name, count, before, share } = row;
  const choose = filter && key && view.filters[filter] !== key ? () => view.onFilter({ [filter]: key }) : null;
  return html`<tr>
    <th scope="row">
      ${choose
        ? html`<button type="button" class="linklike" aria-label=${t.only(name)} @click=${choose}><bdi>${name}</bdi></button>`
        : html`<bdi class="name">${name}</bdi>`}
      ${barView(count / most)}
    </th>
    <td class="figure strong" data-name=${t.count}>${numberWords(count)}</td>
    <td class="figure" data-name=${t.share}>${share === null ? "–" : shareWords(share)}</td>
    <td class="figure" data-name=${t.change}>${before ? changeWords(count / before - 1) : t.fresh}</td>
  </tr>`;
}

/** A bar as long as its part of the longest; what it says stands beside it. */
function barView(part: number): TemplateResult {
  const width = `${Math.max(0, Math.min(100, part * 100)).toFixed(1)}%`;
  return html`<svg class="bar-line" aria-hidden="true" focusable="false">${svg`<rect width=${width} height="100%" rx="2" />`}</svg>`;
}

/** Hours down, weekdays across: a table whose cells are the darker the more they hold. */
export function hoursView(view: InsightsView): TemplateResult {
  const { hours } = view.figures;
  const titles = [t.hoursTitle, t.hoursHint] as const;
  const used = hours.filter(({ contacts }) => contacts > 0).map(({ hour }) => hour);
  if (!used.length) return sectionView("hours", titles, "hours", view, noneView());
  const [first, last] = [Math.min(...used), Math.max(...used)];
  const most = Math.max(...hours.map(({ contacts }) => contacts));
  const at = new Map(hours.map((one: Hour) => [`${one.weekday} ${one.hour}`, one.contacts]));
  return sectionView(
    "hours",
    titles,
    "hours",
    view,
    html`<table class="heat" aria-labelledby="hours-title">
      <thead>
        <tr>
          <th scope="col"><span class="vh">${t.hour}</span></th>
          ${t.weekdays.map(([short, long]) => html`<th scope="col"><abbr title=${long}>${short}</abbr></th>`)}
        </tr>
      </thead>
      <tbody>
        ${Array.from({ length: last - first + 1 }, (_, index) => first + index).map(
          (hour) => html`<tr>
            <th scope="row">${t.hourWords(hour)}</th>
            ${t.weekdays.map((_, weekday) => {
              const contacts = at.get(`${weekday} ${hour}`) ?? 0;
              return html`<td class="shade-${contacts ? Math.ceil((contacts / most) * SHADES) : 0}">${contacts ? numberWords(contacts) : html`<span class="vh">0</span>`}</td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

export function timesView(view: InsightsView): TemplateResult {
  const times = TIMES.map((name) => [name, view.figures.times[name]] as const);
  const inner = times.some(([, { count }]) => count)
    ? html`<table class="plain-table" aria-labelledby="times-title">
        <thead>
          <tr>
            <th scope="col">${t.step}</th>
            ${[t.count, t.median, t.ninetieth, t.before].map((name) => html`<th scope="col" class="figure">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${times.map(([name, { count, median, ninetieth, before }]) => {
            const [title, clock] = t.times[name]!;
            return html`<tr>
              <th scope="row">${title} <span class="hint">${clock}</span></th>
              <td class="figure" data-name=${t.count}>${numberWords(count)}</td>
              <td class="figure strong" data-name=${t.median}>${seconds(median)}</td>
              <td class="figure" data-name=${t.ninetieth}>${seconds(ninetieth)}</td>
              <td class="figure" data-name=${t.before}>${seconds(before)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${leadView("times", view)}`
    : noneView();
  return sectionView("times", [t.timesTitle, t.timesHint], "times", view, inner);
}

const seconds = (value: number | null): string => (value === null ? "–" : lengthWords(value));

export function mailsView(view: InsightsView): TemplateResult {
  const { mails }: Figures = view.figures;
  const inner = mails.length
    ? html`<table class="plain-table" aria-labelledby="mails-title">
          <thead>
            <tr>
              <th scope="col">${t.service}</th>
              ${[t.late, t.oldest, t.open, t.received, t.change].map((name) => html`<th scope="col" class="figure">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${repeat(mails, ({ service }) => service, (one) => html`<tr>
              <th scope="row"><bdi>${one.name}</bdi></th>
              <td class="figure" data-name=${t.late}>${one.late ? html`<span class="chip late">${icon("late")}${numberWords(one.late)}</span>` : "0"}</td>
              <td class="figure" data-name=${t.oldest}>${one.oldestHours === null ? "–" : lengthWords(one.oldestHours * 3600)}</td>
              <td class="figure" data-name=${t.open}>${numberWords(one.open)}</td>
              <td class="figure" data-name=${t.received}>${numberWords(one.received)}</td>
              <td class="figure" data-name=${t.change}>${one.before ? changeWords(one.received / one.before - 1) : one.received ? t.fresh : "–"}</td>
            </tr>`)}
          </tbody>
        </table>
        ${leadView("mails", view)}`
    : noneView();
  return sectionView("mails", [t.mailsTitle, t.mailsHint], "mails", view, inner);
}

export function unclaimedView(view: InsightsView): TemplateResult {
  const { unclaimed }: Figures = view.figures;
  const cell = (title: string, now: number, before: number): TemplateResult => html`<td class="figure" data-name=${title}>
    <span><span class="strong">${numberWords(now)}</span> <span class="hint">${t.wasBefore(numberWords(before))}</span></span>
  </td>`;
  const inner = unclaimed.length
    ? html`<table class="plain-table" aria-labelledby="unclaimed-title">
          <thead>
            <tr>
              <th scope="col">${t.service}</th>
              ${[t.relayed, t.untaken].map((name) => html`<th scope="col" class="figure">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${repeat(unclaimed, ({ service }) => service, (one) => html`<tr>
              <th scope="row"><bdi>${one.name}</bdi></th>
              ${cell(t.relayed, one.relayed, one.relayedBefore)} ${cell(t.untaken, one.untaken, one.untakenBefore)}
            </tr>`)}
          </tbody>
        </table>
        ${leadView("unclaimed", view)}`
    : noneView();
  return sectionView("unclaimed", [t.unclaimedTitle, t.unclaimedHint], "unclaimed", view, inner);
}
