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
from engine.store.tables.aufbewahrung import Anfragezaehler, Aufbewahrung, Startentwurf
from engine.store.tables.auswertung import AkzeptierteAbweichung, Ausrichtung, Modelldatei, Protokoll, Protokolldatei, Protokollteil, Spur
from engine.store.tables.base import Base, Instant, Key, RegionOwned
from engine.store.tables.case import Dossier, Fall, Hinweis, Person, Segmentzuordnung, Verlauf
from engine.store.tables.drawn import Ausloeser, DefinitionVersion, Deployment, Release, ReleaseItem
from engine.store.tables.exchange import Bestandsdatei, Bestandsfall, Uebergabe, Uebergabeangebot
from engine.store.tables.freigabe import Freigabe, Freigabeteil, Geltung
from engine.store.tables.nachricht import Nachricht
from engine.store.tables.nachspiel import Nachspiel
from engine.store.tables.operation import Einstellung, Parameterwert, Zugriff
from engine.store.tables.partner import Austausch, Einfuehrungsstand
from engine.store.tables.places import Gemeinde, Konto, KontoRolle, Region
from engine.store.tables.probelauf import Probelauf
from engine.store.tables.running import Aufgabe, Entwurf, Incident, Instanz, Job, Meldung, Subscription, Timer, Waiting
from engine.store.tables.trust import (
    Aufsichtszugriff,
    Fallsalz,
    Fremdkonto,
    Loeschfreigabe,
    Siegel,
    Siegelzeile,
    Vernichtung,
    Vernichtungsantrag,
    Zweitfaktor,
)
from engine.store.tables.umstellung import Eingriff, Umstellung, Umstellungsfall
from engine.store.tables.werkstatt import EntwurfAnwendung, EntwurfBesuch, EntwurfDatei, EntwurfStand
from engine.store.tables.zugang import Dienstkonto, Sitzungsende, Zugangstoken

__all__ = [
    "Abwesenheit",
    "AkzeptierteAbweichung",
    "Anfragezaehler",
    "Ansicht",
    "Aufbewahrung",
    "Aufgabe",
    "Aufgabenkommentar",
    "Aufsichtszugriff",
    "Auskunft",
    "Ausloeser",
    "Ausrichtung",
    "Austausch",
    "Base",
    "Benachrichtigung",
    "Bestandsdatei",
    "Bestandsfall",
    "Briefkopf",
    "DefinitionVersion",
    "Deployment",
    "Dienstkonto",
    "Dokument",
    "Dokumentinhalt",
    "Dossier",
    "Einfuehrungsstand",
    "Eingriff",
    "Einstellung",
    "Entwurf",
    "EntwurfAnwendung",
    "EntwurfBesuch",
    "EntwurfDatei",
    "EntwurfStand",
    "Fachapplikationsstand",
    "Fall",
    "Fallsalz",
    "Freigabe",
    "Freigabeteil",
    "Fremdkonto",
    "Geltung",
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
    "Loeschfreigabe",
    "Meldung",
    "Modelldatei",
    "Nachricht",
    "Nachspiel",
    "Papier",
    "Parameterwert",
    "Person",
    "Probelauf",
    "Protokoll",
    "Protokolldatei",
    "Protokollteil",
    "Region",
    "RegionOwned",
    "Release",
    "ReleaseItem",
    "Segmentzuordnung",
    "Siegel",
    "Siegelzeile",
    "Sitzungsende",
    "Spur",
    "Startentwurf",
    "Stellvertretung",
    "Subscription",
    "Tagesmail",
    "Team",
    "Teammitglied",
    "Timer",
    "Uebergabe",
    "Uebergabeangebot",
    "Umstellung",
    "Umstellungsfall",
    "Verknuepfung",
    "Verlauf",
    "Vernichtung",
    "Vernichtungsantrag",
    "Waiting",
    "Zugangstoken",
    "Zugriff",
    "Zweitfaktor",
]
