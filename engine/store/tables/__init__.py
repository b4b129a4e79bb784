"""All tables. Instants are UTC; a row that concerns a case carries its region (``RegionOwned``), which every query is bound to."""

from engine.store.tables.akte import (
    Auskunft,
    Briefkopf,
    Dokument,
    Dokumentinhalt,
    Fachapplikationsstand,
    Journaleintrag,
    Papier,
    Verknuepfung,
)
from engine.store.tables.base import Base, Instant, Key, RegionOwned
from engine.store.tables.case import Dossier, Fall, Hinweis, Person, Segmentzuordnung, Verlauf
from engine.store.tables.drawn import Ausloeser, DefinitionVersion, Deployment, Release, ReleaseItem
from engine.store.tables.exchange import Bestandsdatei, Bestandsfall, Uebergabe, Uebergabeangebot
from engine.store.tables.operation import Einstellung, Parameterwert, Zugriff
from engine.store.tables.places import Gemeinde, Konto, KontoRolle, Region
from engine.store.tables.running import Aufgabe, Entwurf, Incident, Instanz, Job, Meldung, Subscription, Timer, Waiting

__all__ = [
    "Aufgabe",
    "Auskunft",
    "Ausloeser",
    "Base",
    "Bestandsdatei",
    "Bestandsfall",
    "Briefkopf",
    "DefinitionVersion",
    "Deployment",
    "Dokument",
    "Dokumentinhalt",
    "Dossier",
    "Einstellung",
    "Entwurf",
    "Fachapplikationsstand",
    "Fall",
    "Gemeinde",
    "Hinweis",
    "Incident",
    "Instant",
    "Instanz",
    "Job",
    "Journaleintrag",
    "Key",
    "Konto",
    "KontoRolle",
    "Meldung",
    "Papier",
    "Parameterwert",
    "Person",
    "Region",
    "RegionOwned",
    "Release",
    "ReleaseItem",
    "Segmentzuordnung",
    "Subscription",
    "Timer",
    "Uebergabe",
    "Uebergabeangebot",
    "Verknuepfung",
    "Verlauf",
    "Waiting",
    "Zugriff",
]
