// Runs before the page is drawn: says that components which need JavaScript may show themselves.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
