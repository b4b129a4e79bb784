// Shortcuts of the task list, only with two modifiers so that no screen reader or browser loses a key of its own; and their help.
const dialog = document.getElementById("tastatur");

for (const button of document.querySelectorAll("[data-dialog]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.dialog)?.showModal());
}

function act(target) {
  if (target.matches("input")) target.focus();
  else target.click();
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
  // The code, not the letter: with Alt and Shift many keyboards write something else.
  const key = event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  if (key === "h" && dialog) {
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    return;
  }
  const target = document.querySelector(`[data-kurz="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  act(target);
});
