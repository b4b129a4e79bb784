"""The command line c8ctl, as somebody types it, against a server that really runs (how it is started: tests/clients/c8ctl.mjs)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from engine.commands import zugang
from engine.model.access import system
from engine.store.session import Database
from tests.api.conftest import ALL_SCOPES
from tests.api.test_clients import CLIENTS, SEGMENT
from tests.api.test_faelle import ARBEIT
from tests.commands import drawings
from tests.commands.drawings import drawing, flow, node

CLI = CLIENTS / "node_modules" / "@camunda8" / "cli" / "dist" / "index.js"
OLDEST_NODE = (22, 18)
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
KURZ = drawing("kurz", node("startEvent", "start"), node("endEvent", "ende"), flow("start", "ende"))
FELDER = '{"grund": "Versuch", "personen": []}'


class C8ctl:
    """The command line of one person, with a home of its own."""

    def __init__(self, node: str, home: Path):
        self.command = [node, "--import", str(CLIENTS / "c8ctl.mjs"), str(CLI)]
        # With CI set it does not ask the registry for a newer c8ctl.
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "CI": "true"}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.command, *words], env=self.env, capture_output=True, text=True, timeout=60, check=False)

    def __call__(self, *words: str) -> str:
        """What it prints, of a command that succeeds."""
        done = self.run(*words)
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, *words: str) -> str:
        """What it prints, of a command that fails."""
        done = self.run(*words)
        assert done.returncode == 1, f"{words}\n{done.stdout}{done.stderr}"
        return done.stderr

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """The table it prints. It is empty where c8ctl only says that there is nothing."""
        printed = self(*words, "--json")
        return json.loads(printed) if printed else []  # type: ignore[no-any-return]

    def get(self, *words: str) -> dict[str, Any]:
        return json.loads(self("get", *words, "--json"))  # type: ignore[no-any-return]

    def key(self, *words: str) -> str:
        """The key of what a command made: ``✓ … [Key: 12]``."""
        return self(*words).rpartition("[Key: ")[2].partition("]")[0]


def not_run(message: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    warnings.warn(message, stacklevel=1)
    pytest.skip(message)


@pytest.fixture(scope="session")
def node22() -> str:
    """A Node that c8ctl runs on: the one of «make clients», or that of this machine."""
    if not CLI.is_file():
        not_run("NO C8CTL: its tests did not run. «make clients» installs it.")
    for found in filter(None, (shutil.which(CLIENTS / "node_modules" / ".bin" / "node"), shutil.which("node"))):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if version and tuple(map(int, version.strip("v\n").split(".")[:2])) >= OLDEST_NODE:
            return str(found)
    not_run("NO C8CTL: its tests did not run. It needs Node 22.18, which «make clients» fetches for Linux.")


@pytest.fixture
def c8ctl(node22: str, tmp_path: Path) -> C8ctl:
    home = tmp_path / "home"
    home.mkdir()
    return C8ctl(node22, home)


@pytest.fixture
def petras(c8ctl: C8ctl, address: str, token: Callable[[str], str]) -> C8ctl:
    """Connected as a process owner, with her name and a token."""
    c8ctl("add", "profile", "fallfluss", "--baseUrl", address, "--username", "petra", "--password", token("petra"))
    c8ctl("use", "profile", "fallfluss")
    return c8ctl


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A diagram, its form and a decision, as they lie in a project."""
    found = tmp_path / "projekt"
    found.mkdir()
    for name in ("antrag.bpmn", "pruefen.form"):
        (found / name).write_bytes(drawings.ALL[name])
    shutil.copy(SEGMENT, found)
    return found


def test_from_deploying_to_resolving_and_cancelling_with_the_command_line(petras: C8ctl, tmp_path: Path) -> None:
    file = tmp_path / "arbeit.bpmn"
    file.write_bytes(ARBEIT)
    deployed = petras.rows("deploy", "--yes", str(file))
    assert [(one["File"], one["Type"], one["ID"], one["Version"]) for one in deployed] == [("arbeit.bpmn", "Process", "arbeit", 1)]
    key = petras.key("create", "pi", "--id", "arbeit", "--variables", '{"betrag": 100}', "--businessId", "versuch-1")
    (waiting,) = petras.rows("search", "pi", "--businessId", "versuch-1")
    assert (waiting["Key"], waiting["State"]) == (key, "ACTIVE")

    assert [one["State"] for one in petras.rows("list", "jobs", "--type", "rechnen")] == ["CREATED"]
    (job,) = petras.rows("activate", "jobs", "rechnen", "--customHeaders", "--fetchVariable", "betrag")
    assert (job["Process Instance"], job["Retries"], job["Custom Headers"], job["Variables"]) == (key, 3, {"art": "genau"}, {"betrag": 100})
    petras("update", "job", job["Key"], "--timeout", "120000")
    petras("fail", "job", job["Key"], "--retries", "0", "--errorMessage", "Netz weg")
    (incident,) = petras.rows("list", "inc", "--processInstanceKey", key)
    assert (incident["Type"], incident["State"], "Netz weg" in incident["Message"]) == ("JOB_NO_RETRIES", "ACTIVE", True)
    assert petras.get("inc", incident["Key"])["elementId"] == "rechnen"
    (troubled,) = petras.rows("list", "pi")
    assert troubled["Key"] == f"⚠ {key}"

    assert "arbeitet gerade niemand" in petras.refused("update", "job", job["Key"], "--timeout", "60000")
    petras("update", "job", job["Key"], "--retries", "1")
    petras("resolve", "inc", incident["Key"])
    assert petras.rows("list", "inc") == []
    assert "Die Störung wurde nicht gefunden" in petras.refused("resolve", "inc", incident["Key"])
    assert [one["Key"] for one in petras.rows("activate", "jobs", "rechnen")] == [job["Key"]]
    petras("complete", "job", job["Key"], "--variables", '{"summe": 7}')
    assert petras.get("pi", key)["state"] == "COMPLETED"
    (value,) = petras.rows("search", "vars", "--processInstanceKey", key, "--value", "7")
    assert (value["Name"], value["Value"]) == ("summe", "7")

    other = petras.key("run", str(file), "--variables", '{"betrag": 1}')
    petras("cancel", "pi", other)
    assert petras.get("pi", other)["state"] == "TERMINATED"
    assert "wartet nichts mehr" in petras.refused("cancel", "pi", other)


def test_a_task_with_its_form_and_a_message_with_the_command_line(petras: C8ctl, folder: Path) -> None:
    kinds = {one["Type"] for one in petras.rows("deploy", "--yes", str(folder))}
    assert kinds == {"Process", "Form", "Decision", "Decision Requirements"}
    key = petras.key("create", "pi", "--id", "antrag", "--variables", FELDER)
    (task,) = petras.rows("search", "ut", "--processInstanceKey", key)
    assert (task["Name"], task["State"]) == ("Antrag prüfen", "CREATED")
    assert json.loads(petras.get("form", task["Key"])["schema"])["id"] == "pruefen"
    refused = petras.refused("complete", "ut", task["Key"], "--variables", json.dumps({"bemerkung": "x" * 30}))
    assert "Bad Request" in refused
    assert "«bemerkung»: Kürzen Sie «Bemerkung» auf höchstens 20 Zeichen" in refused
    petras("set", "variable", key, "--variables", '{"grund": "Anders"}')
    (grund,) = petras.rows("search", "vars", "--processInstanceKey", key, "--value", '"Anders"')
    assert grund["Name"] == "grund"
    petras("complete", "ut", task["Key"], "--variables", '{"ok": false}')
    assert [one["Key"] for one in petras.rows("search", "ut", "--state", "COMPLETED")] == [task["Key"]]
    assert petras.rows("list", "ut") == []
    (number,) = petras.rows("search", "vars", "--processInstanceKey", key, "--name", "fall_nr")
    petras("publish", "msg", "antwort", "--correlationKey", json.loads(number["Value"]), "--timeToLive", "1000")
    (last,) = petras.rows("list", "ut")
    petras("complete", "ut", last["Key"])
    assert petras.get("pi", key)["state"] == "COMPLETED"


@ONE_DATABASE
def test_the_command_line_finds_its_way_among_versions_and_instances(petras: C8ctl, folder: Path, tmp_path: Path) -> None:
    petras("deploy", "--yes", str(folder / "antrag.bpmn"))
    (folder / "antrag.bpmn").write_bytes(drawings.ANTRAG.replace(b'name="Mahnen"', b'name="Anders mahnen"'))
    (new,) = petras.rows("deploy", "--yes", str(folder / "antrag.bpmn"))
    assert [one["Version"] for one in petras.rows("search", "pd", "--name", "*ntra*")] == [2, 1]
    assert [one["Key"] for one in petras.rows("search", "pd", "--id", "antrag", "--version", "2")] == [new["Key"]]
    assert [one["Version"] for one in petras.rows("search", "pd", "--iname", "ANTR*")] == [2, 1]
    assert {"antrag", "schlaufe"} <= {one["Process ID"] for one in petras.rows("list", "pd")}
    assert petras.get("pd", new["Key"])["resourceName"] == "antrag.bpmn"
    assert "Anders mahnen" in petras("get", "pd", new["Key"], "--xml")
    assert petras.get("form", new["Key"], "--pd")["formId"] == "anmeldung"

    values = tmp_path / "werte.json"
    values.write_text(FELDER)
    first = petras.key("create", "pi", "--id", "antrag", "--version", "1", "--variables", f"@{values}")
    second = petras.key("create", "pi", "--id", "antrag", "--variables", FELDER)
    assert [(one["Key"], one["Version"]) for one in petras.rows("search", "pi", "--id", "antr*")] == [(first, 1), (second, 2)]
    assert [one["Key"] for one in petras.rows("list", "pi", "--all", "--version", "1")] == [first]
    assert [one["Key"] for one in petras.rows("list", "pi", "--between", "2026-01-01..2999-01-01", "--limit", "1")] == [first]
    assert petras.rows("list", "pi", "--between", "..2026-01-01", "--all") == []
    assert {one["name"]: one["value"] for one in petras.get("pi", second, "--variables")["variables"]}["grund"] == '"Versuch"'
    assert "Die Instanz wurde nicht gefunden" in petras.refused("get", "pi", "99")
    assert "«gibtsnicht» wurde nicht gefunden" in petras.refused("create", "pi", "--id", "gibtsnicht")


@ONE_DATABASE
def test_the_command_line_waits_for_the_end_and_shows_what_is_wrong_with_a_file(petras: C8ctl, tmp_path: Path) -> None:
    file = tmp_path / "kurz.bpmn"
    file.write_bytes(KURZ)
    petras("deploy", "--yes", str(file))
    assert json.loads(petras("await", "pi", "--id", "kurz", "--variables", '{"a": 1}', "--json"))["variables"]["a"] == 1
    file.write_bytes(KURZ.replace(b'isExecutable="true"', b""))
    refused = petras.refused("deploy", "--yes", str(file))
    assert "kurz.bpmn, Kurz: Der Prozess ist nicht ausführbar" in refused
    assert "nichts wurde gespeichert" in refused


@ONE_DATABASE
def test_the_command_line_signs_in_with_oauth_and_says_when_a_secret_is_wrong(c8ctl: C8ctl, address: str, database: Database, tmp_path: Path) -> None:
    with database.begin(system()) as session:
        client_id, secret = zugang.create_dienst(session, "c8ctl", {"*": ["prozess"]}, ALL_SCOPES, days=30)
    c8ctl.env["CAMUNDA_OAUTH_RETRY_BASE_DELAY_MS"] = "10"  # it asks five times, and waits for longer each time
    settings = {"CAMUNDA_BASE_URL": f"{address}/v2", "CAMUNDA_OAUTH_URL": f"{address}/oauth/token", "CAMUNDA_CLIENT_ID": client_id}
    for name, given in (("gut", secret), ("schlecht", "falsch")):
        file = tmp_path / f"{name}.env"
        file.write_text("".join(f"{key}={value}\n" for key, value in {**settings, "CAMUNDA_CLIENT_SECRET": given}.items()))
        assert "OAuth (client credentials)" in c8ctl("add", "profile", name, "--from-file", str(file))
    assert len(c8ctl.rows("list", "pd", "--profile", "gut")) == 3
    refused = c8ctl.refused("list", "pd", "--profile", "schlecht")
    assert "Unauthorized" in refused
    assert "Dienstkonto" in refused


@ONE_DATABASE
def test_a_wrong_password_leaves_the_command_line_a_readable_answer(c8ctl: C8ctl, address: str, folder: Path) -> None:
    c8ctl("add", "profile", "falsch", "--baseUrl", address, "--username", "petra", "--password", "falsch")
    assert c8ctl.get("topology", "--profile", "falsch")["gatewayVersion"] == "8.9.0"
    for words in (["list", "pi"], ["deploy", str(folder)]):
        refused = c8ctl.refused(*words, "--profile", "falsch")
        assert "Unauthorized" in refused
        assert "Tokens erstellen Sie in Fallfluss unter «Zugänge»" in refused


@ONE_DATABASE
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["list", "users"], "Diese Adresse gibt es in der Schnittstelle nicht", id="accounts are kept in Fallfluss itself"),
        pytest.param(["list", "roles"], "Diese Adresse gibt es in der Schnittstelle nicht", id="and so are roles"),
        pytest.param(["search", "vars", "--name", "grund"], "Bitte «processInstanceKey»", id="variables are searched in one instance"),
        pytest.param(["feel", "evaluate", "1 + 2"], "use `--engine local`", id="FEEL is evaluated by c8ctl alone"),
    ],
)
def test_what_fallfluss_does_not_offer_is_said(petras: C8ctl, words: list[str], expected: str) -> None:
    assert expected in petras.refused(*words)
