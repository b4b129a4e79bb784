// What all editors of the studio share: saving while somebody works, who else is there, and what the linter says.
//
// An editor gives `read()` (a promise of the file's text), `mark(findings)` and `go(element)`, and calls `changed()`.

const PAUSE = 1500;
const LINT_PAUSE = 700;
const PRESENCE = 20_000;
// A window nobody touches must not keep its session alive for ever.
const IDLE = 15 * 60_000;

const SCHWERE = { error: "Fehler", warning: "Hinweis" };

export class Arbeit {
  constructor(root, editor) {
    this.root = root;
    this.editor = editor;
    this.data = root.dataset;
    this.revision = Number(this.data.revision);
    this.touched = Date.now();
    this.dirty = false;
    this.findings = [];
    this.part("speichern").addEventListener("click", () => this.save());
    document.addEventListener("keydown", (event) => {
      this.touched = Date.now();
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); this.save(); }
    });
    document.addEventListener("pointerdown", () => { this.touched = Date.now(); });
    window.addEventListener("beforeunload", (event) => { if (this.dirty || this.stale) event.preventDefault(); });
    window.addEventListener("hashchange", () => this.follow());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && this.dirty) this.save(); });
    window.addEventListener("pagehide", () => this.tell(true));
    window.addEventListener("resize", () => this.fit());
    this.wire();
    this.fit();
  }

  // The editor takes what the window leaves below the bar.
  fit() {
    const box = this.root.querySelector(".ws-arbeit");
    const room = window.innerHeight - box.getBoundingClientRect().top - window.scrollY - 8;
    box.style.height = `${Math.max(room, 460)}px`;
  }

  part(name) { return this.root.querySelector(`[data-ws-${name}]`); }

  wire() {
    this.part("meine").addEventListener("click", () => this.takeMine());
    this.part("andere").addEventListener("click", () => { this.dirty = false; this.stale = false; location.reload(); });
    this.part("neuladen").addEventListener("click", () => location.reload());
    this.part("datei").addEventListener("change", async (event) => {
      const target = event.target.value;
      if (this.dirty) await this.save();
      if (!this.dirty) location.assign(target);
    });
    const panel = this.part("befunde");
    this.part("klappen").addEventListener("click", (event) => {
      const open = panel.classList.toggle("ws-befunde--zu") === false;
      event.currentTarget.setAttribute("aria-expanded", String(open));
    });
  }

  begin() {
    this.root.dataset.bereit = "ja";
    this.say("Alles gespeichert");
    this.lint().then(() => this.follow());
    this.tell();
    setInterval(() => { if (Date.now() - this.touched < IDLE) this.tell(); }, PRESENCE);
  }

  // --- Saving

  changed() {
    this.touched = Date.now();
    this.dirty = true;
    if (!this.stale) this.say("Noch nicht gespeichert", "offen");
    clearTimeout(this.timer);
    if (!this.stale) this.timer = setTimeout(() => this.save(), PAUSE);
    clearTimeout(this.lintTimer);
    this.lintTimer = setTimeout(() => this.lint(), LINT_PAUSE);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.busy || this.stale) return;
    this.busy = true;
    this.dirty = false;
    this.say("Wird gespeichert …", "offen");
    try {
      await this.answered(await this.send(`${this.data.inhalt}?revision=${this.revision}`, await this.editor.read()));
    } catch (error) {
      this.failed(error instanceof TypeError ? "Zurzeit keine Verbindung. Ihre Änderungen stehen noch hier; es wird weiter versucht." : String(error.message ?? error));
    }
    this.busy = false;
  }

  async answered(response) {
    const isAnswer = response.headers.get("content-type")?.includes("json");
    if (response.ok && isAnswer) return this.saved(await response.json());
    if (response.status === 409) return this.two(await response.json());
    if (isAnswer) return this.failed((await response.json()).meldung, false);
    return this.failed("Nicht gespeichert: Sie sind wohl nicht mehr angemeldet. Melden Sie sich in einem anderen Fenster an; es wird weiter versucht.");
  }

  saved({ revision, um }) {
    this.revision = revision;
    document.dispatchEvent(new CustomEvent("ff:wach"));
    if (this.dirty) return this.changed();
    this.say(`Gespeichert um ${um}`);
  }

  failed(text, again = true) {
    this.dirty = true;
    this.say(text, "fehler");
    if (again) this.timer = setTimeout(() => this.save(), 10_000);
  }

  // Somebody else was first: from here on nothing is sent until the person has decided.
  two({ meldung, beide, revision }) {
    this.stale = true;
    this.dirty = true;
    this.theirs = revision;
    const box = this.part("zweite");
    box.querySelector("p").textContent = meldung;
    box.querySelector("a").href = beide;
    box.hidden = false;
    box.focus();
    this.say("Zwei Fassungen", "fehler");
  }

  takeMine() {
    this.stale = false;
    this.revision = this.theirs;
    this.part("zweite").hidden = true;
    this.save();
  }

  say(text, kind = "gut") {
    const state = this.part("stand");
    state.textContent = text;
    state.dataset.art = kind;
  }

  send(address, body) {
    return fetch(address, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": this.data.token, "Content-Type": "application/octet-stream", Accept: "application/json" } });
  }

  // --- Who else is there

  async tell(leaving = false) {
    const body = new URLSearchParams({ fenster: this.data.fenster, datei: this.data.name, ...(leaving && { weg: "1" }) });
    const response = await fetch(this.data.da, { method: "POST", body, credentials: "same-origin", keepalive: leaving, headers: { "X-CSRFToken": this.data.token } }).catch(() => null);
    if (leaving || !response?.ok) return;
    const { andere, revision } = await response.json();
    const here = this.part("da");
    here.hidden = andere.length === 0;
    here.querySelector("span").textContent = andere.map((one) => (one.hier ? `${one.name} (an dieser Datei)` : `${one.name}${one.datei ? ` (${one.datei})` : ""}`)).join(", ");
    here.classList.toggle("ws-da--hier", andere.some((one) => one.hier));
    this.part("neuer").hidden = this.stale || this.busy || !(revision > this.revision);
  }

  // --- What the linter says

  async lint() {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const response = await this.send(`${this.data.befunde}?datei=${encodeURIComponent(this.data.name)}`, await this.editor.read()).catch(() => null);
    if (!response?.ok || asked !== this.asked) return;
    const { befunde } = await response.json();
    this.findings = befunde;
    this.list();
    this.editor.mark(befunde.filter((one) => one.datei === this.data.name));
    this.root.dataset.geprueft = String(asked);
  }

  list() {
    const errors = this.findings.filter((one) => one.schwere === "error").length;
    const warnings = this.findings.length - errors;
    this.part("zahl").textContent = this.findings.length
      ? `${errors} Fehler, ${warnings} ${warnings === 1 ? "Hinweis" : "Hinweise"}`
      : "Keine Befunde";
    this.part("zahl").dataset.art = errors ? "fehler" : warnings ? "offen" : "gut";
    const own = (one) => (one.datei === this.data.name ? 0 : 1);
    const sorted = [...this.findings].sort((a, b) => own(a) - own(b) || a.schwere.localeCompare(b.schwere));
    this.part("liste").replaceChildren(...sorted.map((one) => this.row(one)));
  }

  row(one) {
    const row = document.createElement("li");
    row.className = `ws-befund ws-befund--${one.schwere}`;
    const go = document.createElement("button");
    go.type = "button";
    const where = one.name || one.element || "Datei";
    const kind = document.createElement("strong");
    kind.textContent = SCHWERE[one.schwere];
    go.append(kind, ` ${one.datei === this.data.name ? "" : `${one.datei}, `}${where}: ${one.text}`);
    go.addEventListener("click", () => this.goTo(one));
    const why = document.createElement("a");
    why.href = one.regel_url;
    why.target = "_blank";
    why.textContent = "Warum?";
    why.setAttribute("aria-label", `Warum? Regel ${one.regel}`);
    row.append(go, " ", why);
    return row;
  }

  async goTo(one) {
    if (one.datei === this.data.name) return this.editor.go(one.element, one.text);
    if (this.dirty) await this.save();
    if (one.datei_url && !this.dirty) location.assign(`${one.datei_url}#${encodeURIComponent(one.element)}`);
  }

  // An address may name the element to look at.
  follow() {
    const element = decodeURIComponent(location.hash.slice(1));
    if (element) this.editor.go(element, this.findings.find((one) => one.element === element)?.text ?? "");
  }
}

// Loads the file, lets `make` build the editor around its text, and starts working.
export async function begin(make) {
  const root = document.querySelector("[data-werkstatt]");
  if (!root) return;
  try {
    const response = await fetch(root.dataset.inhalt, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    root.dataset.revision = response.headers.get("X-Revision");
    let arbeit;
    const editor = await make(root, await response.text(), () => arbeit?.changed());
    arbeit = new Arbeit(root, editor);
    arbeit.begin();
  } catch (error) {
    const place = root.querySelector("[data-ws-fehler]");
    place.textContent = `Die Datei liess sich nicht öffnen (${error.message ?? error}). Sie können sie herunterladen und im Camunda Modeler prüfen.`;
    place.hidden = false;
    throw error;
  }
}
