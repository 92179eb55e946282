import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../icons";
import { isNarrowed, NAMES, PRESETS } from "../insights/filters";
import type { Choice } from "../insights/words";
import { insights as t } from "../strings/insights";
import type { InsightsView } from "./insights-page";

/** What is counted: a period by its length or its days, and one of channels, services and languages. */
export function filtersView(view: InsightsView): TemplateResult {
  const { filters, figures, insights, onFilter } = view;
  const listed = { channel: "channels", service: "services", language: "languages" } as const;
  return html`<form class="filters" aria-label=${t.filters} @submit=${(event: Event) => event.preventDefault()}>
    <fieldset class="segments">
      <legend class="vh">${t.period}</legend>
      ${PRESETS.map(
        (days) => html`<label>
          <input type="radio" name="days" .checked=${filters.days === days} @change=${() => onFilter({ days, first: "", last: "" })} /><span>${t.presets[days]}</span>
        </label>`,
      )}
    </fieldset>
    <div class="dates">
      <label>${t.first}
        <input type="date" .value=${figures.first} max=${figures.last} @change=${(event: Event) => pick(event, (first) => onFilter({ days: 0, first, last: figures.last }))} /></label>
      <label>${t.last}
        <input type="date" .value=${figures.last} min=${figures.first} max=${insights.today} @change=${(event: Event) => pick(event, (last) => onFilter({ days: 0, first: figures.first, last }))} /></label>
    </div>
    ${NAMES.map((name) => selectView(name, offered(insights.choices[listed[name]], filters[name], figures.tables[listed[name]]), view))}
    ${isNarrowed(filters)
      ? html`<button type="button" class="plain small" @click=${() => onFilter({ channel: "", service: "", language: "" })}>${icon("close")}${t.clear}</button>`
      : nothing}
  </form>`;
}

/** A day that was picked; one that is being typed or was emptied is none. */
function pick(event: Event, use: (day: string) => void): void {
  const input = event.target as HTMLInputElement;
  if (input.value && input.validity.valid) use(input.value);
}

/** Those that the town has, and whatever is counted or chosen beside: a service that is no more stays to be chosen. */
function offered(choices: readonly Choice[], chosen: string, rows: readonly Choice[]): readonly Choice[] {
  const known = new Map(choices.map((one) => [one.key, one]));
  for (const row of rows) if (row.key && !known.has(row.key)) known.set(row.key, row);
  if (chosen && !known.has(chosen)) known.set(chosen, { key: chosen, name: chosen });
  return [...known.values()];
}

function selectView(name: (typeof NAMES)[number], choices: readonly Choice[], { filters, onFilter }: InsightsView): TemplateResult {
  return html`<label class="choice"
    ><span class="vh">${t[name]}</span>
    <select @change=${(event: Event) => onFilter({ [name]: (event.target as HTMLSelectElement).value })}>
      <option value="" .selected=${!filters[name]}>${t.every[name]}</option>
      ${choices.map((one) => html`<option value=${one.key} .selected=${one.key === filters[name]}>${one.name}</option>`)}
    </select></label
  >`;
}
