"""All tables. Instants are UTC; a row that concerns a case carries its region (``RegionOwned``), which every query is bound to."""

from engine.store.tables.arbeit import (
    Abwesenheit,
    Ansicht,
    Aufgabenkommentar,
    Benachrichtigung,
    Stellvertretung,
    Tagesmail,
    Team,
    Teammitglied,
)
from engine.store.tables.base import Base, Instant, Key, RegionOwned
from engine.store.tables.case import Dossier, Fall, Hinweis, Person, Segmentzuordnung, Verlauf
from engine.store.tables.drawn import Ausloeser, DefinitionVersion, Deployment, Release, ReleaseItem
from engine.store.tables.exchange import Bestandsdatei, Bestandsfall, Uebergabe, Uebergabeangebot
from engine.store.tables.operation import Einstellung, Parameterwert, Zugriff
from engine.store.tables.places import Gemeinde, Konto, KontoRolle, Region
from engine.store.tables.running import Aufgabe, Entwurf, Incident, Instanz, Job, Meldung, Subscription, Timer, Waiting

__all__ = [
    "Abwesenheit",
    "Ansicht",
    "Aufgabe",
    "Aufgabenkommentar",
    "Ausloeser",
    "Base",
    "Benachrichtigung",
    "Bestandsdatei",
    "Bestandsfall",
    "DefinitionVersion",
    "Deployment",
    "Dossier",
    "Einstellung",
    "Entwurf",
    "Fall",
    "Gemeinde",
    "Hinweis",
    "Incident",
    "Instant",
    "Instanz",
    "Job",
    "Key",
    "Konto",
    "KontoRolle",
    "Meldung",
    "Parameterwert",
    "Person",
    "Region",
    "RegionOwned",
    "Release",
    "ReleaseItem",
    "Segmentzuordnung",
    "Stellvertretung",
    "Subscription",
    "Tagesmail",
    "Team",
    "Teammitglied",
    "Timer",
    "Uebergabe",
    "Uebergabeangebot",
    "Verlauf",
    "Waiting",
    "Zugriff",
]
