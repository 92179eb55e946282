import { html, nothing, type TemplateResult } from "lit";

import { languageName } from "../ages";
import { canNotify } from "../alerts";
import { icon, type IconName } from "../icons";
import type { Colleague, Me } from "../protocol";
import { LEARNING, maySee, type Page } from "../pages";
import type { Preferences } from "../storage";
import { fr as t } from "../strings/fr";
import { linkView } from "./links";

/** What the bar shows: the page that it leads to, its drawing, and which pages it stands for. */
const SHOWN: readonly { readonly page: Page; readonly drawn: IconName; readonly of: readonly Page[] }[] = [
  { page: "cases", drawn: "inbox", of: ["cases"] },
  { page: "letters", drawn: "mail", of: ["letters"] },
  { page: "articles", drawn: "book", of: ["articles"] },
  { page: "topics", drawn: "learn", of: LEARNING },
  { page: "insights", drawn: "chart", of: ["insights"] },
];

export interface BarView {
  readonly me: Me;
  readonly csrf: string;
  readonly available: boolean;
  /** Null for agents, who do not see each other's presence. */
  readonly colleagues: readonly Colleague[] | null;
  readonly preferences: Preferences;
  readonly problem: string | null;
  readonly page: Page;
  readonly onPage: (page: Page) => void;
  readonly onAvailable: (available: boolean) => void;
  readonly onPrefer: (change: Partial<Preferences>) => void;
  readonly onSheet: () => void;
  readonly onSignOut: (event: Event) => void;
  readonly onColleagues: () => void;
}

/** Whose desk it is; on the right who is there, whether one is available oneself, settings and the way out. */
export function barView(view: BarView): TemplateResult {
  const { me, csrf, available } = view;
  return html`<header class="bar">
    <h1><span class="town">${me.town}</span> <span>${t.title}</span></h1>
    <nav aria-label=${t.pagesLabel}>
      ${SHOWN.filter(({ page }) => maySee(page, me.agent.role)).map(({ page, drawn, of }) =>
        linkView(page, html`${icon(drawn)}${of === LEARNING ? t.learning : t.pages[page]}`, of.includes(view.page), view.onPage),
      )}
    </nav>
    ${colleaguesView(view)}
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked=${available}
      title=${t.availableHelp}
      @click=${() => view.onAvailable(!available)}
    >
      <span class="track" aria-hidden="true"><span></span></span>${t.available}
    </button>
    <button type="button" class="plain small" popovertarget="settings">${icon("settings")}<span class="name">${t.settings}</span></button>
    ${settingsView(view)}
    <form method="post" action="/desk/logout" @submit=${view.onSignOut}>
      <input type="hidden" name="csrf" value=${csrf} />
      <span class="who"><bdi>${me.agent.name}</bdi></span>
      <button type="submit" class="plain small">${icon("out")}<span class="name">${t.signOut}</span></button>
    </form>
  </header>`;
}

function colleaguesView({ colleagues, onColleagues }: BarView): TemplateResult | typeof nothing {
  if (!colleagues) return nothing;
  const there = colleagues.filter(({ present }) => present);
  return html`<button type="button" class="plain small" popovertarget="colleagues" @click=${onColleagues}>
      ${icon("person")}<span class="name">${t.presence(there.length)}</span>
    </button>
    <div id="colleagues" class="popover" popover role="dialog" aria-labelledby="colleagues-title">
      <h2 id="colleagues-title">${t.colleagues}</h2>
      ${there.length
        ? html`<ul role="list">
            ${there.map(
              ({ name, available, capacity }) => html`<li class="colleague">
                <bdi>${name}</bdi>
                <span class="hint">${available ? `${t.colleagueThere}, ${t.capacity(capacity)}` : t.colleagueAway}</span>
              </li>`,
            )}
          </ul>`
        : html`<p class="hint">${t.nobodyThere}</p>`}
    </div>`;
}

function settingsView({ me, preferences, problem, onPrefer, onSheet }: BarView): TemplateResult {
  return html`<div id="settings" class="popover" popover role="dialog" aria-labelledby="settings-title">
    <h2 id="settings-title">${t.settings}</h2>
    ${checkbox(t.sound, preferences.sound, (sound) => onPrefer({ sound }))}
    ${canNotify() ? checkbox(t.notifications, preferences.notifications, (notifications) => onPrefer({ notifications })) : nothing}
    ${problem ? html`<p class="problem">${problem}</p>` : nothing}
    ${checkbox(t.shortcuts, preferences.shortcuts, (shortcuts) => onPrefer({ shortcuts }))}
    <fieldset>
      <legend>${t.textSize}</legend>
      <div class="segments">
        ${t.sizes.map(
          (name, size) => html`<label>
            <input type="radio" name="size" .checked=${preferences.size === size} @change=${() => onPrefer({ size })} /><span>${name}</span>
          </label>`,
        )}
      </div>
    </fieldset>
    <h3>${t.yourCapacity}</h3>
    <ul class="abilities hint" role="list">
      <li>${t.capacity(me.agent.capacity)}</li>
      <li>${t.yourLanguages(me.agent.languages.map((code) => languageName(code) || code))}</li>
      ${me.agent.skills.length ? html`<li>${t.yourSkills(me.agent.skills)}</li>` : nothing}
    </ul>
    <button type="button" class="plain" @click=${onSheet}>${icon("keyboard")}${t.shortcutSheet}</button>
  </div>`;
}

function checkbox(words: string, checked: boolean, onChange: (checked: boolean) => void): TemplateResult {
  return html`<label class="check">
    <input
      type="checkbox"
      .checked=${checked}
      @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
    /><span>${words}</span>
  </label>`;
}
