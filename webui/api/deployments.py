"""Putting files down: what a process owner's modeler sends becomes immutable versions. Nothing is released by it."""

from __future__ import annotations

from typing import Any

from flask import request

from engine import commands
from engine.commands.deployments import Deployed
from engine.model.errors import NotAllowed
from engine.queries.laufend import TENANT
from engine.store.errors import Conflict
from webui.api import caller
from webui.api.operation import operation
from webui.api.problems import Problem
from webui.api.schema import INT, KEY, TEXT, list_of, nullable, record
from webui.api.schema import TENANT as TENANT_SCHEMA

MAX_FILES = 500
MAX_BYTES = 20 * 1024 * 1024
ENDINGS = (".bpmn", ".dmn", ".form")
PROCESS = record(
    processDefinitionId=TEXT, processDefinitionVersion=INT, processDefinitionKey=KEY, resourceName=TEXT, tenantId=TENANT_SCHEMA
)
DECISION = record(
    decisionDefinitionId=TEXT,
    version=INT,
    name=TEXT,
    decisionDefinitionKey=KEY,
    decisionRequirementsId=TEXT,
    decisionRequirementsKey=KEY,
    tenantId=TENANT_SCHEMA,
)
REQUIREMENTS = record(
    decisionRequirementsId=TEXT, decisionRequirementsName=TEXT, version=INT, decisionRequirementsKey=KEY, resourceName=TEXT, tenantId=TENANT_SCHEMA
)
FORM = record(formId=TEXT, version=INT, formKey=KEY, resourceName=TEXT, tenantId=TENANT_SCHEMA)
ITEM = record(
    processDefinition=nullable(PROCESS),
    decisionDefinition=nullable(DECISION),
    decisionRequirements=nullable(REQUIREMENTS),
    form=nullable(FORM),
    resource=nullable({"type": "object"}),
)


@operation(
    "POST",
    "/v2/deployments",
    "Diagramme, Entscheidungen und Formulare ablegen (multipart/form-data: resources, tenantId); freigegeben wird dabei nichts",
    scope="ablegen",
    answers={200: record(deploymentKey=KEY, tenantId=TENANT_SCHEMA, deployments=list_of(ITEM))},
    media="multipart/form-data",
)
def create_deployment() -> dict[str, Any]:
    if "prozess" not in caller.current().access.rollen_in("*"):
        raise NotAllowed("Dateien ablegen (nur Prozessverantwortliche)")
    deployed = _deploy(_files())
    return {"deploymentKey": str(deployed[0].deployment_key), "tenantId": TENANT, "deployments": _items(deployed)}


def _deploy(files: dict[str, bytes]) -> tuple[Deployed, ...]:
    """Two that deploy the same at once want the same version number: the second tries again with the next."""
    for _ in range(5):
        try:
            with caller.writing() as session:
                return commands.deploy(session, files)[0]
        except Conflict:
            continue
    raise Problem(503, "Andere legen gerade dasselbe ab. Es wurde nichts gespeichert. Bitte nochmals versuchen.", {"Retry-After": "1"})


def _files() -> dict[str, bytes]:
    if request.mimetype != "multipart/form-data":
        raise Problem(415, "Bitte die Dateien als multipart/form-data senden, jede im Feld «resources». Es wurde nichts gespeichert.")
    request.max_content_length = MAX_BYTES  # before the form is read
    tenant = request.form.get("tenantId", TENANT)
    if tenant not in (TENANT, ""):
        raise Problem(400, f"Mandanten gibt es hier nicht: «tenantId» ist «{TENANT}» oder fehlt.")
    found = request.files.getlist("resources")
    if len(found) > MAX_FILES:
        raise Problem(413, f"Auf einmal lassen sich höchstens {MAX_FILES} Dateien ablegen. Es wurde nichts gespeichert.")
    files: dict[str, bytes] = {}
    for upload in found:
        name = _name(upload.filename or "")
        if name in files:
            raise Problem(400, f"Die Datei «{name}» kommt zweimal vor. Es wurde nichts gespeichert.")
        files[name] = upload.read()
    return files


def _name(name: str) -> str:
    if not name.endswith(ENDINGS) or len(name) > 200 or any(ord(character) < 32 for character in name):
        raise Problem(
            400, f"«{name[:80]}» lässt sich nicht ablegen: Möglich sind Dateien mit der Endung {', '.join(ENDINGS)}. Es wurde nichts gespeichert."
        )
    return name


def _items(deployed: tuple[Deployed, ...]) -> list[dict[str, Any]]:
    requirements = {one.resource_name: _requirements(one, deployed) for one in deployed if one.kind == "decision"}
    return [
        *(_item(decisionRequirements=one) for one in requirements.values()),
        *(_shown(one, requirements.get(one.resource_name, {})) for one in deployed),
    ]


def _requirements(one: Deployed, deployed: tuple[Deployed, ...]) -> dict[str, Any]:
    """The file itself as clients see it: it has no number of its own, so it takes that of its first decision, which is as stable."""
    of_file = [other for other in deployed if other.resource_name == one.resource_name]
    return {
        "decisionRequirementsId": one.resource_name.rpartition("/")[2].removesuffix(".dmn"),
        "decisionRequirementsName": one.resource_name,
        "version": max(other.version for other in of_file),
        "decisionRequirementsKey": str(min(other.key for other in of_file)),
        "resourceName": one.resource_name,
        "tenantId": TENANT,
    }


def _shown(one: Deployed, requirements: dict[str, Any]) -> dict[str, Any]:
    if one.kind == "process":
        return _item(
            processDefinition={
                "processDefinitionId": one.id,
                "processDefinitionVersion": one.version,
                "processDefinitionKey": str(one.key),
                "resourceName": one.resource_name,
                "tenantId": TENANT,
            }
        )
    if one.kind == "form":
        return _item(
            form={"formId": one.id, "version": one.version, "formKey": str(one.key), "resourceName": one.resource_name, "tenantId": TENANT}
        )
    return _item(
        decisionDefinition={
            "decisionDefinitionId": one.id,
            "version": one.version,
            "name": one.name,
            "decisionDefinitionKey": str(one.key),
            "decisionRequirementsId": requirements["decisionRequirementsId"],
            "decisionRequirementsKey": requirements["decisionRequirementsKey"],
            "tenantId": TENANT,
        }
    )


def _item(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(ITEM["properties"]), **given}
