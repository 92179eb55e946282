import { html, nothing, svg, type TemplateResult } from "lit";

import { bucketed, drawn, stepOf, type Bucket } from "../insights/days";
import { numberWords } from "../insights/formatting";
import { insights as t } from "../strings/insights";
import type { InsightsView } from "./insights-page";
import { sectionView } from "./insights-tables";

/** Contacts over time: two lines that say their own names, and the same as a table. */
export function daysView(view: InsightsView): TemplateResult {
  const buckets = bucketed(view.figures.days);
  const step = stepOf(view.figures.days.length);
  const titles = [t.daysTitle, t.daysHint[step]] as const;
  if (!buckets.some(({ contacts }) => contacts)) return sectionView("days", titles, "days", view, html`<p class="none">${t.noRows}</p>`);
  return sectionView(
    "days",
    titles,
    "days",
    view,
    html`<div class="plot">${chartView(buckets, view.width)}</div>
      <details class="table">
        <summary>${t.table}</summary>
        <div class="scroll" tabindex="0" role="group" aria-labelledby="days-title">
          <table class="plain-table dense" aria-labelledby="days-title">
            <thead>
              <tr>
                <th scope="col">${t.dayColumn[step]}</th>
                ${[t.contacts, t.contained, t.cases, t.mails].map((name) => html`<th scope="col" class="figure">${name}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${buckets.map(
                (one) => html`<tr>
                  <th scope="row">${one.name}</th>
                  ${[one.contacts, one.contained, one.cases, one.mails].map((value) => html`<td class="figure">${numberWords(value)}</td>`)}
                </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>`,
  );
}

function chartView(buckets: readonly Bucket[], width: number): TemplateResult {
  const chart = drawn(buckets, width);
  const { peak } = chart;
  const least = Math.min(...buckets.filter(({ isWhole }) => isWhole || buckets.length === 1).map(({ contacts }) => contacts));
  const words = t.daysWords(numberWords(peak?.bucket.contacts ?? 0), peak?.bucket.name ?? "", numberWords(Number.isFinite(least) ? least : 0));
  const value = (of: "contacts" | "contained"): number => buckets.filter(({ isWhole }) => isWhole).at(-1)?.[of] ?? buckets.at(-1)![of];
  return html`<svg class="chart" role="img" aria-label=${words} width=${chart.width} height=${chart.height} viewBox="0 0 ${chart.width} ${chart.height}">
    ${chart.ticks.map(
      (tick) => svg`<line class="grid" x1="40" x2=${chart.ends[0]?.x ?? 0} y1=${tick.y} y2=${tick.y} />
        <text class="axis" x="34" y=${tick.y} dy="0.32em" text-anchor="end">${numberWords(tick.value)}</text>`,
    )}
    ${svg`<path class="ground" d=${chart.ground} /><path class="line contained" d=${chart.contained} /><path class="line contacts" d=${chart.contacts} />`}
    ${chart.marks.map((mark) => svg`<text class="axis" x=${mark.x} y=${chart.bottom + 18} text-anchor=${mark.anchor}>${mark.words}</text>`)}
    ${peak && peak.x < (chart.ends[0]?.x ?? 0) - 40
      ? svg`<circle class="dot contacts" cx=${peak.x} cy=${peak.y} r="4" />
        <text class="peak" x=${peak.x} y=${peak.y - 10} text-anchor=${peak.x < 110 ? "start" : peak.x > chart.width - 200 ? "end" : "middle"}>${t.peak(numberWords(peak.bucket.contacts), peak.bucket.name)}</text>`
      : nothing}
    ${chart.ends.map(
      (end) => svg`<circle class="dot ${end.of}" cx=${end.x} cy=${end.dot} r="4" />
        <text class="end ${end.of}" x=${end.x + 10} y=${end.y} dy="0.32em">${numberWords(value(end.of))} <tspan>${t[end.of]}</tspan></text>`,
    )}
  </svg>`;
}
