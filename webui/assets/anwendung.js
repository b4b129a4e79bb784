// Makes the server's pages more comfortable; every one of them works without this file.
import { Button, Checkboxes, ErrorSummary, Radios, ServiceNavigation, SkipLink, NotificationBanner } from "govuk-frontend";

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

// A second click on a button that is already sending changes nothing.
for (const form of document.querySelectorAll("form[data-einmal]")) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (Date.now() - sent < 3000) event.preventDefault();
    sent = Date.now();
  });
}
