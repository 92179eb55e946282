import type { Moved } from "../insights/words";
import { capital, changeWords, numberWords, spanWords } from "../insights/formatting";

const plural = (count: number): string => (count > 1 ? "s" : "");

const period = (days: number, first: string, last: string): string => {
  if (days) return days === 1 ? "Aujourd’hui" : `Ces ${days} derniers jours`;
  return capital(spanWords(first, last));
};

/** What moved most, if it moved the way that everything did. */
function because({ change, mover }: Moved): string {
  if (!mover || change === null) return "";
  const isRise = change > 0;
  if (changeWords(change) === "stable") return `\u00a0; ce qui a le plus bougé\u00a0: «\u00a0${mover.name}\u00a0»`;
  if (mover.change > 0 !== isRise) return "";
  return `\u00a0; la ${isRise ? "hausse" : "baisse"} vient surtout de «\u00a0${mover.name}\u00a0»`;
}

/** What supervisors read on the page of figures; names and refusals come from the gateway. */
export const insights = {
  title: "Chiffres",
  /** The first sentence of the page. */
  sentence(days: number, first: string, last: string, moved: Moved): string {
    const begin = period(days, first, last);
    if (!moved.contacts) return moved.before ? `${begin}\u00a0: aucun contact, après ${numberWords(moved.before)} sur la période précédente.` : `${begin}\u00a0: aucun contact.`;
    const contacts = `${numberWords(moved.contacts)} contact${plural(moved.contacts)}`;
    if (moved.change === null) return `${begin}\u00a0: ${contacts}, aucun sur la période précédente.`;
    const change = changeWords(moved.change);
    return `${begin}\u00a0: ${contacts}, ${change === "stable" ? "autant qu’avant" : change}${because(moved)}.`;
  },
  emptyTown: "Les chiffres se remplissent dès le premier message reçu, sur n’importe quel canal.",
  emptyFilters: "Rien ne correspond à ces filtres sur cette période.",
  clear: "Retirer les filtres",
  usual: "Revenir aux 30 derniers jours",
  loading: "Calcul des chiffres…",
  told: "Chiffres à jour.",

  filters: "Période et filtres",
  period: "Période",
  presets: { 7: "7 jours", 30: "30 jours", 90: "90 jours", 365: "1 an" } as Readonly<Record<number, string>>,
  first: "Du",
  last: "au",
  channel: "Canal",
  service: "Service",
  language: "Langue",
  every: { channel: "Tous les canaux", service: "Tous les services", language: "Toutes les langues" },
  print: "Imprimer",
  notices: "À savoir",
  printed: (town: string, span: string, narrowed: string) => [town, `chiffres ${span}`, narrowed].filter(Boolean).join(" – "),

  watch: "À regarder",
  watchHint: "Ce que le calcul de la nuit a trouvé d’inhabituel sur cette période.",
  watchNone: "Rien d’inhabituel sur cette période.",
  watchYoung: "Rien à signaler pour l’instant.",
  seen: "C’est vu",
  seenOf: (sentence: string) => `C’est vu\u00a0: ${sentence}`,
  askSeen: "Ce point disparaîtra pour tous les responsables.",
  confirmSeen: "Retirer ce point",
  toldSeen: "Point retiré.",
  actions: {
    gap: "Voir les questions sans réponse",
    late: "Voir la file de ce service",
    standstill: "Voir la file des demandes",
    silence: "Voir ce canal ces jours-là",
    surge: "Voir ces jours-là",
  } as Readonly<Record<string, string>>,

  cardsTitle: "En bref",
  cards: {
    contacts: ["Contacts", "Conversations, courriels, formulaires et commentaires reçus."],
    contained: ["Résolus sans agent", "Part des conversations par messagerie qui n’ont demandé personne."],
    helped: ["Vraiment aidés", "Parmi ces conversations, celles qui ont été notées utiles et ne sont pas revenues sous 7 jours."],
    satisfaction: ["Satisfaction", "Part des personnes qui, interrogées à la clôture, disent avoir été aidées, au moins en partie."],
  } as Readonly<Record<string, readonly [string, string]>>,
  cardActions: { contacts: "Voir quand ils écrivent", contained: "Voir ce qui reste sans réponse", helped: "Relire des réponses", satisfaction: "Voir les demandes" } as Readonly<Record<string, string>>,
  unmeasured: "Pas encore de mesure",
  against: (change: string) => (change === "stable" ? "Stable par rapport à la période précédente" : `${change} par rapport à la période précédente`),
  noBefore: "Rien à comparer avant",

  daysTitle: "Contacts dans le temps",
  daysHint: {
    day: "Chaque jour, tous les contacts, et ceux qu’aucun agent n’a dû reprendre.",
    week: "Chaque semaine, tous les contacts, et ceux qu’aucun agent n’a dû reprendre.",
    month: "Chaque mois, tous les contacts, et ceux qu’aucun agent n’a dû reprendre.",
  },
  daysWords: (most: string, when: string, least: string) => `Courbe des contacts. Le plus haut\u00a0: ${most}, ${when}. Le plus bas\u00a0: ${least}. Le tableau suit.`,
  peak: (contacts: string, when: string) => `${contacts}, ${when}`,
  contacts: "Contacts",
  contained: "Sans agent",
  cases: "Demandes ouvertes",
  mails: "Courriers",
  dayColumn: { day: "Jour", week: "Semaine", month: "Mois" },
  table: "Tableau",
  csv: "CSV",
  csvOf: (title: string) => `Télécharger en CSV\u00a0: ${title}`,

  hoursTitle: "Quand les habitants écrivent",
  hoursHint: "Contacts par heure et jour de la semaine, heure de la ville. Plus la case est foncée, plus il y en a\u00a0: de quoi placer les permanences.",
  hour: "Heure",
  hourWords: (hour: number) => `${hour}\u00a0h`,
  weekdays: [
    ["lun.", "lundi"],
    ["mar.", "mardi"],
    ["mer.", "mercredi"],
    ["jeu.", "jeudi"],
    ["ven.", "vendredi"],
    ["sam.", "samedi"],
    ["dim.", "dimanche"],
  ] as readonly (readonly [string, string])[],

  tables: {
    topics: ["Sujets", "L’article qui a servi à répondre en premier."],
    services: ["Services", "Le service de la demande, ou celui de l’article qui a répondu."],
    channels: ["Canaux", "Par où les contacts arrivent."],
    languages: ["Langues", "La langue dans laquelle la personne écrit."],
    causes: ["Pourquoi un agent a été nécessaire", "La raison pour laquelle une demande a été ouverte."],
    statuses: ["Comment les questions ont été traitées", "Ce que le robot a fait de chaque question."],
  } as Readonly<Record<string, readonly [string, string]>>,
  name: "Nom",
  count: "Nombre",
  share: "Part",
  change: "Évolution",
  fresh: "nouveau",
  only: (name: string) => `Ne voir que ${name}`,
  noRows: "Rien sur cette période.",
  more: (count: number) => `Voir les ${count} lignes`,
  fewer: "Voir moins",

  timesTitle: "Délais",
  timesHint: "La moitié des demandes est traitée avant la médiane, neuf sur dix avant la seconde valeur.",
  times: {
    wait: ["Prise en charge", "heures d’ouverture"],
    first_answer: ["Première réponse d’un agent", "heures d’ouverture"],
    close: ["Clôture", "toutes les heures"],
  } as Readonly<Record<string, readonly [string, string]>>,
  step: "Étape",
  median: "Médiane",
  ninetieth: "9 sur 10 avant",
  before: "Médiane d’avant",

  mailsTitle: "Courrier par service",
  mailsHint: "Ouverts, en retard et le plus ancien\u00a0: en ce moment, quelle que soit la période. Reçus et évolution\u00a0: sur la période. Les filtres s’appliquent à tous.",
  open: "Ouverts",
  late: "En retard",
  oldest: "Le plus ancien",
  received: "Reçus",
  unclaimedTitle: "Demandes que personne n’a prises à temps",
  unclaimedHint:
    "Au service où elles attendaient\u00a0: combien sont passées d’elles-mêmes à un autre service, et combien ont été signalées aux responsables. Une demande compte chaque fois que cela lui arrive. «\u00a0Avant\u00a0»\u00a0: sur la période précédente.",
  relayed: "Passées à un autre service",
  untaken: "Signalées aux responsables",
  wasBefore: (count: string) => `${count} avant`,
  leads: { topics: "Voir les articles", statuses: "Voir ce qui reste sans réponse", times: "Voir la file des demandes", mails: "Voir le courrier", unclaimed: "Voir la file des demandes" } as Readonly<Record<string, string>>,
};
