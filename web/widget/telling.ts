import type { Standing } from "./protocol";
import type { Session } from "./session";
import type { Strings } from "./strings";

/** What a change of the session means in words, for who cannot see it: each change once. */
export class Telling {
  #wasLost = false;
  #stood = "bot";

  /** Nothing new is "". */
  words(session: Session, t: Strings): string {
    const { link, items, awaiting } = session;
    const said: string[] = [];
    if (link === "lost" && !this.#wasLost) said.push(t.lost);
    if (link === "ready" && this.#wasLost) said.push(t.recovered);
    this.#wasLost = link === "lost" || (this.#wasLost && link !== "ready");
    said.push(this.#standing(session, t));
    const stuck = items.find(({ delivery }) => delivery === "failed" || delivery === "refused");
    if (stuck) said.push(stuck.note || t.failed);
    else if (awaiting === "late") said.push(t.slow);
    return said.filter(Boolean).join(" ");
  }

  /** A wait that is estimated anew is no news; a place, a person and the bot's return are. */
  #standing({ desk, link }: Session, t: Strings): string {
    if (link === "ended") this.#stood = "bot";
    const { state, number, place, name } = desk.standing;
    const stands = [state, number, place, name].filter(Boolean).join("|");
    if (stands === this.#stood || link !== "ready") return "";
    this.#stood = stands;
    const { headline, facts } = standingWords(desk.standing, t);
    return [headline, ...facts].join(", ");
  }
}

/** Who has the conversation, and what else is known of it; of the bot, that it has it again. */
export function standingWords(standing: Standing, t: Strings): { headline: string; facts: readonly string[] } {
  const { state, service, place, wait, name, number } = standing;
  if (state === "bot") return { headline: t.botAgain, facts: [] };
  const facts = state === "waiting" ? [place ? t.place(place) : "", wait || (place ? t.waitUnknown : "")] : [service];
  const headline = state === "waiting" ? t.queue(service) : t.answers(name || t.agentUnnamed);
  return { headline, facts: [...facts, number && t.caseNumber(number)].filter(Boolean) };
}
