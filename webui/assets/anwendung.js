// Makes the server's pages more comfortable; every one of them works without this file.
import { Button, Checkboxes, ErrorSummary, Radios, ServiceNavigation, SkipLink, NotificationBanner } from "govuk-frontend";
import "./arbeit.js";
import "./formular.js";
import "./sitzung.js";

const components = [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink];
for (const Component of components) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) new Component(element);
}
