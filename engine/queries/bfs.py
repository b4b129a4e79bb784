"""The monthly delivery to the Federal Statistical Office, prepared and not official: what the catalogue asks for was not available.

One line for each Dossier that was open in the month (process description, chapters 4, 9 and 14). No names and no AHV numbers.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from sqlalchemy import or_, select

from engine.commands.cases import case_variables, own_instance
from engine.model.calendar import ZURICH
from engine.store.session import FallSession
from engine.store.tables import Dossier, Fall, Person

COLUMNS = ("fall", "gemeinde_bfs", "dossier_von", "dossier_bis", "personen", "kinder", "bfs_abschluss")
