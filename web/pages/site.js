// The page's way into the chat. Without the widget (blocked, not loaded) every road leads to the contact details.

function ask(question) {
  const chat = document.querySelector("guichet-chat");
  if (typeof chat?.ask === "function") chat.ask(question);
  else location.hash = "contact";
}

document.getElementById("ask")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("ask-field");
  ask(field.value);
  field.value = "";
});

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => ask(button.dataset.ask));
}
