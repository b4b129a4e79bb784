"""Invented households. Family names are plants, so that nobody takes them for real; no AHV number but the one published as an example."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

FAMILIES = (
    "Ahorn", "Arve", "Birke", "Buchs", "Eibe", "Erle", "Esche", "Espe", "Fichte", "Flieder", "Föhre", "Ginster", "Hasel", "Holunder",
    "Kastanie", "Kiefer", "Kirsch", "Lärche", "Linde", "Mehlbeere", "Mispel", "Nussbaum", "Pappel", "Platane", "Quitte", "Robinie",
    "Salweide", "Sanddorn", "Schlehe", "Tanne", "Ulme", "Vogelbeere", "Wacholder", "Weide", "Zeder", "Zwetschge",
)  # fmt: skip
FIRST_NAMES = {
    "1": ("Adrian", "Bruno", "Cem", "Dario", "Emil", "Goran", "Henok", "Jan", "Kaspar", "Luan", "Milan", "Noah", "Oskar", "Reto", "Samir"),
    "2": ("Alba", "Berta", "Carla", "Dunja", "Elif", "Fiona", "Greta", "Hana", "Jana", "Lea", "Mira", "Nora", "Olga", "Rahel", "Selam"),
}
# Size of household: 67 % single (process description, chapter 13); here more families, because they show more.
SIZES = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5)
# The published example, valid by its check digit (chapter 8); everybody else has none.
EXAMPLE_AHVN13 = "756.9217.0769.85"
GEMEINDEN = {"SDOL": (2546, 2543, 2556, 2551), "SRO": (2581, 2500, 2501, 2502)}
STREETS = ("Musterweg", "Beispielgasse", "Probestrasse", "Testmatte")


def household(rng: Random, region: str, number: int, today: date) -> dict[str, Any]:
    """What the registration form knows of one household: ``personen``, ``gemeinde_bfs``, ``adresse``; ``number`` picks the name."""
    family = FAMILIES[number % len(FAMILIES)]
    size = rng.choice(SIZES)
    partner = size > 1 and rng.random() < 0.6
    personen = [_person(rng, family, "antragstellend", today, rng.randint(20, 62))]
    if partner:
        personen.append(_person(rng, family, "partner", today, rng.randint(22, 62)))
    personen += [_person(rng, family, "kind", today, rng.randint(0, 17)) for _ in range(size - len(personen))]
    tell_apart(personen)
    if number == 0:
        personen[0]["ahvn13"] = EXAMPLE_AHVN13
    street = f"{rng.choice(STREETS)} {rng.randint(1, 99)}"
    return {"personen": personen, "gemeinde_bfs": rng.choice(GEMEINDEN[region]), "adresse": street}


def tell_apart(personen: list[dict[str, Any]]) -> None:
    """Give whoever has the first name of somebody before them in the household the next free one."""
    used: set[str] = set()
    for one in personen:
        names = FIRST_NAMES[one["geschlecht"]]
        at = names.index(one["vorname"])
        one["vorname"] = next((name for name in (*names[at:], *names[:at]) if name not in used), one["vorname"])
        used.add(one["vorname"])


def _person(rng: Random, family: str, rolle: str, today: date, age: int) -> dict[str, Any]:
    sex = rng.choice(tuple(FIRST_NAMES))
    born = today - timedelta(days=age * 365 + rng.randint(30, 330))
    return {
        "name": family,
        "vorname": rng.choice(FIRST_NAMES[sex]),
        "geburtsdatum": born.isoformat(),
        "geschlecht": sex,
        "rolle_ue": rolle,
    }
