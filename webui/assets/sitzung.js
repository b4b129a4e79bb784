// Says in time that the session is about to end, in every window, and lets it go on.

const BEFORE = 5 * 60_000;
const dialog = document.querySelector("[data-sitzung]");

if (dialog) {
  const length = Number(dialog.dataset.sitzung) * 1000;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("fallfluss-sitzung") : null;
  let timer;
  let ends;

  const restart = () => {
    ends = Date.now() + length;
    clearTimeout(timer);
    timer = setTimeout(warn, Math.max(length - BEFORE, length / 2));
    if (dialog.open) dialog.close();
  };

  const warn = () => {
    dialog.querySelector("[data-sitzung-um]").textContent = new Date(ends).toLocaleTimeString("de-CH", { hour: "2-digit", minute: "2-digit" });
    if (!dialog.open) dialog.showModal();
    clearTimeout(timer);
    timer = setTimeout(expired, Math.max(ends - Date.now(), 0));
  };

  const expired = () => {
    dialog.querySelector("[data-sitzung-text]").textContent =
      "Ihre Sitzung ist abgelaufen. Was auf dieser Seite steht, bleibt stehen: Beim nächsten Absenden werden Sie nach dem Passwort gefragt, und Ihre Eingaben kommen mit.";
    dialog.querySelector("[data-sitzung-bleiben]").hidden = true;
  };

  const stay = async () => {
    try {
      const response = await fetch(dialog.dataset.adresse, { credentials: "same-origin", redirect: "manual" });
      if (response.status !== 204) return expired();
    } catch {
      return undefined;
    }
    channel?.postMessage("wach");
    return restart();
  };

  dialog.querySelector("[data-sitzung-bleiben]").addEventListener("click", stay);
  dialog.querySelector("[data-sitzung-schliessen]").addEventListener("click", () => dialog.close());
  document.addEventListener("ff:wach", () => { channel?.postMessage("wach"); restart(); });
  channel?.addEventListener("message", restart);
  channel?.postMessage("wach");
  restart();
}
