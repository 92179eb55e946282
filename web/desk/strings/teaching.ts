const plural = (count: number): string => (count > 1 ? "s" : "");
const percent = new Intl.NumberFormat("fr-FR", { style: "percent", maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** What agents read where they teach the bot, in French; names of acts and reasons come from the gateway. */
export const teaching = {
  title: "À vérifier",
  hint: "Messages que le robot a mal compris, ou dont il n’était pas sûr. Les données personnelles reconnues sont masquées. Vos choix ne changent rien tout de suite\u00a0: ils sont relus avant l’apprentissage.",
  waiting: (count: number) => (count ? `${count} message${plural(count)} à vérifier` : "Aucun message à vérifier"),
  list: "Messages à vérifier",
  none: "Tout est vérifié.",
  noneHint: "Les messages difficiles de la journée arrivent chaque nuit.",
  keysHint: "J et K pour se déplacer. B bien compris, C la proposition, I autre intention, A autre article, N ne pas garder, Z annuler le dernier choix.",
  keysHintOff: "Flèches pour se déplacer. Les raccourcis d’une touche sont éteints\u00a0: ils se rallument dans les réglages.",
  why: "Pourquoi ce message est ici",
  times: (count: number) => `${count} fois`,
  timesLong: (count: number) => `Dit ${count} fois ce jour-là, à peu près avec ces mots`,
  understood: "Compris comme",
  sure: (share: number) => `sûr à ${percent.format(share)}`,
  answeredWith: "Répondu avec",
  meant: "La personne cherchait sans doute",
  right: "Bien compris",
  meantButton: (title: string) => `C’est «\u00a0${title}\u00a0»`,
  intent: "Autre intention",
  article: "Autre article",
  ignore: "Ne pas garder",
  undo: "Annuler le dernier choix",
  decided: {
    right: "Bien compris",
    intent: "Autre intention",
    article: "Autre article",
    ignore: "Pas gardé",
    "": "À vérifier de nouveau",
  },
  told: (text: string, made: string) => `«\u00a0${text}\u00a0»\u00a0: ${made}.`,
  exported: "Déjà transmis à l’apprentissage",
  exportedHint: "Ces choix ont été écrits dans une proposition, relue avant l’apprentissage. Si vous en revoyez un, il est retiré à la proposition suivante.",
  exportedDay: (iso: string) => {
    const at = new Date(iso);
    return Number.isNaN(at.getTime()) ? iso : day.format(at);
  },
  reopen: "Revoir ce choix",
  reopenLong: (text: string) => `Revoir ce choix\u00a0: «\u00a0${text}\u00a0»`,
  withdrawn: (written: string) => `Sera retiré de l’apprentissage\u00a0: ${written}`,
  toldReopened: (text: string) => `«\u00a0${text}\u00a0» est de nouveau à vérifier.`,
  toldUndone: "Le choix est annulé. Le message est de nouveau à vérifier.",
  chooseIntent: "Que voulait la personne\u00a0?",
  chooseArticle: "Quel article répond\u00a0?",
  searchLabel: "Chercher un article",
  search: "Chercher",
  noArticle: "Aucun article trouvé. Essayez d’autres mots.",
  leave: "Fermer sans choisir",

  samples: "Échantillons",
  samplesHint: "Chaque semaine, des réponses du robot sont tirées au hasard dans chaque service. En les notant, vous savez combien sont justes, et avec quelle marge.",
  week: "Semaine",
  weekOf: (iso: string) => {
    const at = new Date(`${iso}T00:00:00Z`);
    return Number.isNaN(at.getTime()) ? iso : `Semaine du ${day.format(at)}`;
  },
  known: (rated: number, drawn: number, answers: number) =>
    `${rated} réponse${plural(rated)} notée${plural(rated)} sur ${drawn} tirée${plural(drawn)}, parmi ${answers}.`,
  rightShare: (share: number) => `${percent.format(share)} de réponses justes`,
  between: (low: number, high: number) =>
    low === high ? "Toutes les réponses de la semaine sont notées." : `La part réelle est entre ${percent.format(low)} et ${percent.format(high)}, 95 fois sur 100.`,
  unknown: "Rien n’est encore noté.",
  samplesList: "Réponses à noter",
  samplesNone: "Pas encore d’échantillon.",
  samplesNoneHint: "Le premier est tiré la nuit qui suit une semaine avec des réponses.",
  samplesNoneWeek: "Aucune réponse de vos services cette semaine-là.",
  samplesKeys: "J et K pour se déplacer. B juste, P en partie, F fausse, S sans source. La même touche encore annule.",
  question: "Question",
  answer: "Réponse",
  gone: "Cette conversation est effacée\u00a0: la réponse ne se lit plus.",
  ratings: { right: "Juste", partly: "En partie", wrong: "Fausse", unsourced: "Sans source" },
  ratingsLabel: "Cette réponse est",
  ratingsHelp: "Sans source\u00a0: ce qu’elle dit n’est pas dans la page citée.",
  toldRated: (made: string) => `Noté\u00a0: ${made}.`,
  toldUnrated: "La note est retirée.",
  others: "Autres services",
  history: "Semaine par semaine",
  columns: { week: "Semaine", answers: "Réponses", rated: "Notées", right: "Justes", between: "Entre" },
  share: (share: number | null) => (share === null ? "–" : percent.format(share)),
  range: (low: number | null, high: number | null) => (low === null || high === null ? "–" : `${percent.format(low)} et ${percent.format(high)}`),
  see: (week: string) => `Voir\u00a0: ${week}`,
};
