// The town's pages: looking answers up while typing, saying whether one helped, and the way into the chat. Without this
// script the field is a plain form, the opinion too. Without the widget every road leads to the contact details.

const PAUSE_MS = 200;
const SHORTEST = 2;
const TOO_FAST = 429;
const WAIT_S = 5;

function ask(question) {
  const chat = document.querySelector("guichet-chat");
  if (typeof chat?.ask === "function") chat.ask(question);
  else location.hash = "contact";
}

for (const button of document.querySelectorAll("[data-ask]")) button.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ask]");
  if (button) ask(button.dataset.ask);
});

// Looking up while typing. A plain list of links below the field: each is read whole, with its passage, and opens as
// links do; a listbox would flatten it to a name.

const field = document.getElementById("ask-field");
if (field) {
  const live = document.getElementById("ask-live");
  const list = live.querySelector("ul");
  const all = live.querySelector(".onward a");
  const waiting = live.querySelector(".waiting");
  const status = document.getElementById("ask-status");
  const words = document.getElementById("ask-words").dataset;
  const isOnResultsPage = document.getElementById("ask-page") !== null;
  const day = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeZone: "UTC" });
  let timer;
  let asking = null;
  let asked = field.value.trim();

  const made = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  const shown = ({ title, url, where, source, updated, snippet }) => {
    const link = made("a", "", title);
    link.href = url;
    const passage = snippet.map(({ text, hit }) => (hit ? made("mark", "", text) : text));
    const said = updated ? `${source}, ${words.updated}${day.format(new Date(updated)).replace(/^1 /, "1er ")}` : source;
    const parts = [made("p", "title", link), made("p", "", ...passage), made("p", "quiet", said)];
    if (where) parts.splice(1, 0, made("p", "where", where));
    return made("li", "", ...parts);
  };

  const hide = () => {
    live.hidden = true;
    waiting.hidden = true;
    status.textContent = "";
  };

  const show = (question, results) => {
    list.replaceChildren(...results.map(shown));
    all.href = `/articles?${new URLSearchParams({ q: question })}`;
    all.parentElement.hidden = results.length === 0;
    live.hidden = false;
    waiting.hidden = true;
    status.textContent = results.length > 1 ? words.many.replace("#", results.length) : results.length ? words.one : words.none;
    // Back from an answer, and the answer's page itself, know what was looked for.
    if (location.pathname === "/articles") history.replaceState(null, "", all.href);
  };

  // A school or an office is one address: what was found stays, and the search goes on by itself.
  const wait = (seconds) => {
    asked = "";
    all.parentElement.hidden = list.children.length === 0;
    live.hidden = false;
    waiting.hidden = false;
    status.textContent = waiting.textContent;
    clearTimeout(timer);
    timer = setTimeout(search, 1000 * (seconds > 0 ? seconds : WAIT_S));
  };

  const search = async () => {
    const question = field.value.trim();
    if (question === asked) return;
    asked = question;
    asking?.abort();
    if (question.length < SHORTEST) return hide();
    asking = new AbortController();
    try {
      const response = await fetch(`/search?${new URLSearchParams({ q: question })}`, { signal: asking.signal });
      if (response.status === TOO_FAST) return wait(Number(response.headers.get("Retry-After")));
      if (!response.ok) return hide();
      const { results } = await response.json();
      if (question !== field.value.trim()) return;
      document.getElementById("ask-page")?.remove();
      show(question, results);
    } catch {
      // Typed on, or no network: the form still works.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });

  document.addEventListener("click", ({ target }) => {
    if (!field.form.contains(target)) hide();
  });

  live.querySelector("button").addEventListener("click", () => ask(field.value));

  // The arrows are a shorter way to the links that Tab reaches too.
  field.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !live.hidden) {
      hide();
      field.focus();
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || live.hidden) return;
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (at < 0 && (document.activeElement !== field || step < 0)) return;
    const next = at + step;
    if (next < links.length) (next < 0 ? field : links[next]).focus();
    event.preventDefault();
  });

  if (!isOnResultsPage && asked) {
    asked = "";
    void search();
  }
}

// Whether an answer helped, said without leaving it; and, after a search, that somebody was asked all the same. No
// cookie, nothing is kept here.

const opinion = document.querySelector("form.helped");
if (opinion) {
  let isTold = opinion.elements.after === undefined;

  const tell = (outcome) => {
    const body = new URLSearchParams([...new FormData(opinion), ["outcome", outcome]]);
    return fetch(opinion.action, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } });
  };

  opinion.addEventListener("submit", (event) => {
    const outcome = event.submitter?.value;
    if (!outcome) return;
    event.preventDefault();
    isTold = true;
    void tell(outcome).catch(() => {});
    for (const button of opinion.querySelectorAll("button[name]")) button.hidden = true;
    const thanks = opinion.querySelector(".thanks");
    thanks.replaceChildren(opinion.querySelector(`template[data-outcome="${outcome}"]`).content.cloneNode(true));
    thanks.tabIndex = -1;
    thanks.focus();
  });

  document.addEventListener("click", (event) => {
    const asks = event.target.closest?.('a[href^="tel:"], a[href^="mailto:"], [data-ask], guichet-chat');
    if (!asks || isTold) return;
    isTold = true;
    void tell("asked").catch(() => {});
  });
}

// Paper has nothing to unfold.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});

// A case that a search led to stands open, also where a browser does not do that by itself.
const found = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
for (let part = found?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
if (found?.closest("details")) found.scrollIntoView();
