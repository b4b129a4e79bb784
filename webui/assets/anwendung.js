// Makes the server's pages more comfortable; every one of them works without this file.
import { Button, Checkboxes, ErrorSummary, Radios, ServiceNavigation, SkipLink, NotificationBanner } from "govuk-frontend";
import "./arbeit.js";

const components = [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink];
for (const Component of components) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) new Component(element);
}

// Whoever leaves a form with typed, unsaved values is asked first.
for (const form of document.querySelectorAll("form[data-warnen]")) {
  let changed = form.dataset.warnen === "sofort";
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// Answers that bring up or take away other fields: the server shows the form again as it looks now, nothing is saved.
async function refresh(form, state) {
  const sent = ++state.wanted;
  const data = new FormData(form);
  data.set("_aktion", "zeigen");
  const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-felder]");
  if (!fresh || sent !== state.wanted) return;
  const focused = document.activeElement?.id;
  keepOpen(form.querySelector("[data-felder]"), fresh);
  form.querySelector("[data-felder]").replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
}

for (const form of document.querySelectorAll("form[data-bedingt]")) {
  const state = { wanted: 0 };
  const decides = "input[type=radio], input[type=checkbox], select";
  form.addEventListener("change", (event) => { if (event.target.matches(decides)) refresh(form, state); });
  // Whoever types on while the answer is under way must not lose a letter: ask again with the newest text.
  form.addEventListener("input", (event) => { if (!event.target.matches(decides) && state.wanted) { state.wanted++; clearTimeout(state.later); state.later = setTimeout(() => refresh(form, state), 600); } });
}

// A second click on a button that is already sending changes nothing.
for (const form of document.querySelectorAll("form[data-einmal]")) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (Date.now() - sent < 3000) event.preventDefault();
    sent = Date.now();
  });
}

// What somebody unfolded stays open when the fields are drawn anew; groups are known by the name of their first field.
function keepOpen(before, after) {
  const first = (folded) => folded.querySelector("[name]")?.name;
  const open = new Set([...before.querySelectorAll("details[open]")].map(first));
  after.querySelectorAll("details").forEach((folded) => { folded.open = folded.open || open.has(first(folded)); });
}
