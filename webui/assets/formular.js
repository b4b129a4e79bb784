// Forms: keep what is typed as a draft, ask for fields that answers bring up, warn before text is left behind. Every page works without.

const typing = "input, textarea, select";

// Whoever leaves a form with typed, unsaved values is asked first. A draft that was just saved needs no question.
for (const form of document.querySelectorAll("form[data-warnen]")) {
  form.unsaved = form.dataset.warnen === "sofort";
  form.addEventListener("input", () => { form.unsaved = true; });
  form.addEventListener("submit", () => { form.unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (form.unsaved) event.preventDefault(); });
}

// A second click on a button that is already sending changes nothing.
for (const form of document.querySelectorAll("form[data-einmal]")) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (Date.now() - sent < 3000) event.preventDefault();
    sent = Date.now();
  });
}

// --- Draft -----------------------------------------------------------------------------------------------------------------------------

const PAUSE = 1200;
const TROUBLES = {
  401: "Sie sind nicht mehr angemeldet. Ihre Eingaben stehen noch hier: Drücken Sie «Entwurf speichern», dann melden Sie sich an und machen hier weiter.",
  0: "Zurzeit keine Verbindung. Ihre Eingaben stehen noch hier; es wird weiter versucht, sie zu speichern.",
  other: "Der Entwurf liess sich eben nicht speichern. Ihre Eingaben stehen noch hier; es wird weiter versucht.",
};

class Draft {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector("[data-entwurf-stand]");
    this.problem = form.querySelector("[data-entwurf-problem]");
    form.addEventListener("input", (event) => { if (event.target.matches(typing)) this.later(PAUSE); });
    // An answer that came after that of the form would bring back the session from before, without its message.
    form.addEventListener("submit", () => { this.over = true; clearTimeout(this.timer); this.sending?.abort(); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && this.dirty) this.save(true); });
  }

  later(pause) {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(false), pause);
  }

  async save(leaving) {
    if (this.over || (this.busy && !leaving)) return;
    this.busy = true;
    this.dirty = false;
    clearTimeout(this.timer);
    const body = new URLSearchParams(new FormData(this.form));
    const { signal } = this.sending = new AbortController();
    try {
      const response = await fetch(this.form.dataset.entwurf, { method: "POST", body, signal, credentials: "same-origin", keepalive: leaving, headers: { Accept: "application/json" } });
      await this.answered(response);
    } catch {
      if (!this.over) this.failed(TROUBLES[0]);
    }
    this.busy = false;
    if (this.dirty) this.later(PAUSE);
  }

  async answered(response) {
    if (response.ok) return this.saved(await response.json());
    if (response.status === 409) {
      this.over = true;
      const { meldung } = await response.json();
      return this.tell(meldung, true);
    }
    // Only the page itself can lead through a new login; asking again and again would not help.
    this.over = response.status === 401 || response.status === 400 || response.status === 403;
    return this.over ? this.tell(TROUBLES[401], false) : this.failed(TROUBLES.other);
  }

  saved({ revision, um }) {
    this.form.querySelector("[name=_revision]").value = revision;
    this.state.textContent = `Entwurf gespeichert um ${um}`;
    this.problem.hidden = true;
    if (!this.dirty) this.form.unsaved = false;
    document.dispatchEvent(new CustomEvent("ff:wach"));
  }

  failed(text) {
    this.tell(text, false);
    this.form.unsaved = true;
    this.later(10_000);
  }

  tell(text, comparable) {
    this.form.unsaved = true;
    this.problem.querySelector("p").textContent = text;
    this.problem.querySelector("button").hidden = !comparable;
    this.problem.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-entwurf]")) new Draft(form);

// --- Fields that follow from answers ----------------------------------------------------------------------------------------------------

// The server shows the form again as it looks now; nothing is saved. `data-bedingt` names the fields that decide.
async function refresh(form, state) {
  const sent = ++state.wanted;
  const data = new FormData(form);
  data.set("_aktion", "zeigen");
  const { signal } = state.sending = new AbortController();
  const asked = fetch(form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin", signal });
  const answer = await asked.then((response) => (response.ok ? response.text() : null)).catch(() => null);
  if (answer === null) return;
  const page = new DOMParser().parseFromString(answer, "text/html");
  const fresh = page.querySelector("[data-felder]");
  if (!fresh || sent !== state.wanted) return;
  const { id, selectionStart, selectionEnd } = document.activeElement ?? {};
  keepOpen(form.querySelector("[data-felder]"), fresh);
  form.querySelector("[data-felder]").replaceWith(fresh);
  const again = id ? document.getElementById(id) : null;
  again?.focus();
  if (again?.type === "text" || again?.type === "textarea") again.setSelectionRange(selectionStart, selectionEnd);
}

// What somebody unfolded stays open when the fields are drawn anew; groups are known by the name of their first field.
function keepOpen(before, after) {
  const first = (folded) => folded.querySelector("[name]")?.name;
  const open = new Set([...before.querySelectorAll("details[open]")].map(first));
  after.querySelectorAll("details").forEach((folded) => { folded.open = folded.open || open.has(first(folded)); });
}

for (const form of document.querySelectorAll("form[data-bedingt]")) {
  const state = { wanted: 0 };
  const deciding = new Set(form.dataset.bedingt.split(" "));
  const decides = (field) => deciding.has(field.name?.split(".").pop());
  form.addEventListener("submit", () => { clearTimeout(state.later); state.sending?.abort(); });
  form.addEventListener("change", (event) => {
    if (!decides(event.target)) return;
    clearTimeout(state.later);
    refresh(form, state);
  });
  // Whoever types or chooses on while the answer is under way must not lose a letter or a cross: ask again with the newest.
  form.addEventListener("input", () => {
    if (!state.wanted) return;
    state.wanted++;
    clearTimeout(state.later);
    state.later = setTimeout(() => refresh(form, state), 600);
  });
}

// After a message that concerns the whole page, reading goes on there.
document.querySelector("[data-fokus]")?.focus();
