"""A ministry's requests by the hundred thousand, always the same for one seed, put into a store by plain statements.

Nobody in here exists: matricules are counted up from 000001, numbers from 0700000000, and names are drawn from short lists.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from storage.search import number_of, words_of_request

FAMILIES = (
    "Kouassi", "Koné", "Yao", "Traoré", "Kouamé", "Ouattara", "N'Guessan", "Coulibaly", "Koffi", "Diabaté", "Konan", "Bamba",
    "Kouadio", "Touré", "Brou", "Diallo", "N'Dri", "Soro", "Assi", "Sylla", "Ehui", "Cissé", "Gnahoré", "Fofana", "Zadi",
    "Doumbia", "Kacou", "Sanogo", "Tanoh", "Dosso", "Aké", "Bakayoko", "Kouamé-Brou", "Dembélé", "Amani", "Silué", "Gbané",
    "Camara", "Kragbé", "Tuo", "Ahoua", "Keïta", "Djè", "Sangaré", "Adjoua", "Karamoko", "Beugré", "Yéo", "Anoma", "N'Zi",
)
FIRST = (
    "Awa", "Koffi", "Fanta", "Serge", "Mariam", "Yao", "Aya", "Adama", "Affoué", "Ibrahim", "Akissi", "Moussa", "Amenan",
    "Seydou", "Adjoua", "Drissa", "Marie-Laure", "Abou", "Clarisse", "Jean-Marc", "Rokia", "Désiré", "Salimata", "Hervé",
    "Aminata", "Gaëlle", "Lassina", "Prisca", "Bakary", "Estelle", "Souleymane", "Rachel", "Issa", "Nadège", "Karim",
    "Édith", "Yacouba", "Viviane", "Oumar", "Chantal",
)
VOCABULARY = (
    "attestation", "demande", "travail", "dossier", "acte", "arrêté", "nomination", "solde", "salaire", "banque", "prêt",
    "document", "retard", "rappel", "matricule", "direction", "service", "bulletin", "certificat", "reprise", "congé",
    "maternité", "avancement", "échelon", "promotion", "reclassement", "mutation", "affectation", "détachement", "retraite",
    "pension", "radiation", "concours", "résultat", "inscription", "pièce", "diplôme", "extrait", "naissance", "signature",
    "courrier", "réponse", "attente", "mois", "semaine", "depuis", "toujours", "aucune", "nouvelle", "urgent", "école",
    "enseignant", "instituteur", "infirmier", "hôpital", "Abidjan", "Bouaké", "Korhogo", "Daloa", "Yamoussoukro", "Man",
    "l'agent", "n'a", "reçu", "d'œuvre", "m'a", "dit", "rendez-vous", "guichet", "téléphone", "agent", "rappelé",
    "conseillé", "déposé", "transmis", "vérifié", "complété", "manque", "copie", "légalisée", "original",
)
CATEGORIES = (
    ("ATT-TRAVAIL", "DRH", 14), ("ATT-PRESENCE", "DRH", 9), ("CAR-AVANCEMENT", "DGAPCE", 13),
    ("CAR-NOMINATION", "DGAPCE", 8), ("CAR-RECLASSEMENT", "DGAPCE", 5), ("SOL-BULLETIN", "SOLDE", 12),
    ("SOL-RAPPEL", "SOLDE", 7), ("SOL-SUSPENSION", "DPCE", 6), ("POS-MUTATION", "DRH", 6), ("CON-RESULTAT", "DC", 7),
    ("CON-MATRICULE", "DPCE", 5), ("FIN-PENSION", "CGRAE", 6), ("QUA-DENONCIATION", "IG", 2),
)
OPEN = ("registered", "acknowledged", "assigned", "in_progress", "pending_requester", "pending_third_party", "resolved")
FIRST_DAY, LAST_DAY = date(2022, 1, 3), date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
BEFORE_OPEN = 75 * 86_400
"""Nearly all that is older is closed."""


def rare_words(count: int) -> list[str]:
    """Made-up villages."""
    return ["".join(parts) for parts in itertools.islice(itertools.product(
        ("zou", "gbe", "tou", "bla", "kre", "ouo"), ("gou", "li", "pleu", "ra", "dja", "nien"), ("kro", "ba", "ville",
        "dou"), ("", "-est", "-sud", "gui", "ko"), ("", "ni", "ka")), count)]


class Ministry:
    """``count`` requests of ``people`` people; ``requests`` gives them from the oldest to the newest."""

    def __init__(self, count: int, people: int, seed: int = 1364) -> None:
        self.count = count
        self.people = people
        self.random = random.Random(seed)
        self.rare = rare_words(2000)
        self.weights = [1 / (n + 3) for n in range(len(VOCABULARY))]
        self.shares = [share for _code, _direction, share in CATEGORIES]

    def matricule(self, person: int) -> str:
        return f"{person % 1_000_000:06d}{chr(65 + person * 7 % 26)}"

    def number(self, person: int) -> str:
        return f"+2250{(1, 5, 7)[person % 3]}{person:08d}"

    def name(self, person: int) -> tuple[str, str]:
        return FAMILIES[person * 31 % len(FAMILIES)], FIRST[person * 17 // 7 % len(FIRST)]

    def directory(self) -> Iterator[tuple[Any, ...]]:
        for person in range(1, self.people + 1):
            birth = f"{1960 + person % 40}-{1 + person % 12:02d}-{1 + person % 28:02d}"
            yield (self.matricule(person), *self.name(person), birth)

    def numbers(self) -> Iterator[tuple[Any, ...]]:
        return ((self.number(person), self.matricule(person)) for person in range(1, self.people + 1))

    def requesters(self) -> Iterator[tuple[Any, ...]]:
        """One for each person, of the same number."""
        for person in range(1, self.people + 1):
            yield (person, self.matricule(person), "verified", " ".join(self.name(person)), NOON)

    def requests(self) -> Iterator[dict[str, Any]]:
        start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp()
        step, numbers = (NOON - start) / self.count, dict.fromkeys(range(2022, 2027), 0)
        for n in range(self.count):
            at = start + n * step
            year = datetime.fromtimestamp(at, UTC).year
            numbers[year] += 1
            yield self._request(n, at, year, numbers[year])

    def _request(self, n: int, at: float, year: int, number: int) -> dict[str, Any]:
        draw = self.random
        person = int(self.people * draw.random() ** 2) + 1 if draw.random() < 0.9 else None
        ((category, direction, _share),) = draw.choices(CATEGORIES, self.shares)
        mere_call = draw.random() < 0.35
        is_open = not mere_call and draw.random() < (0.35 if NOON - at < BEFORE_OPEN else 0.002)
        status = draw.choice(OPEN) if is_open else draw.choices(("closed", "rejected", "cancelled"), (94, 4, 2))[0]
        due = date.fromtimestamp(at) + timedelta(days=draw.choice((3, 5, 15, 30, 60, 90)))  # noqa: DTZ012 - a day is enough
        return {
            "reference": f"REQ-{year}-{number:06d}", "year": year, "number": number, "code": f"{draw.randrange(10**6):06d}",
            "call": f"{n:08x}-2f1c", "key": "call" if mere_call else "1",
            "category": "INF-GENERALE" if mere_call else category, "status": status, "since": at + draw.random() * 9e5,
            "matricule": self.matricule(person) if person and draw.random() < 0.8 else None,
            "verified": int(person is not None),
            "name": " ".join(self.name(person)) if person and not mere_call else None,
            "phone": self.number(person or n % 90_000), "created_at": at, "due_at": None if mere_call else due.isoformat(),
            "channel": draw.choice(("phone", "phone", "phone", "counter")), "note": None if mere_call else self._note(),
            "closed_at": None if is_open else at + 1e6, "requester": person,
            "direction": None if mere_call or status in ("registered", "acknowledged") else direction,
            "assignee": f"agent{draw.randrange(60)}" if is_open else None, "reopened": int(draw.random() < 0.03),
            "answer": self._note() if not mere_call and draw.random() < 0.4 else None,
            "walled": int(category == "QUA-DENONCIATION" and not mere_call),
            "alert": draw.choice((0, 80, 100, 150)) if is_open else 0, "voice_note": None, "parent": None,
        }

    def _note(self) -> str:
        words = self.random.choices(VOCABULARY, self.weights, k=self.random.randint(6, 22))
        if self.random.random() < 0.2:
            words.append(self.random.choice(self.rare).capitalize())
        return " ".join(words)


COLUMNS = (
    "reference", "year", "number", "code", "call", "key", "category", "status", "since", "matricule", "verified", "name",
    "phone", "created_at", "due_at", "channel", "note", "closed_at", "requester", "direction", "assignee", "reopened",
    "answer", "walled", "alert",
)
HISTORY = ("request", "at", "who", "status_from", "status_to", "what", "call", "why")


def history(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Two lines for a mere call, four for a request that was treated."""
    reference, at, call = row["reference"], row["created_at"], row["call"]
    lines = [(reference, at, "svi", None, "registered", "enregistrement", call, None)]
    if row["key"] == "1":
        lines.append((reference, at + 600, "agent7", "registered", "acknowledged", "prise en charge", None, None))
        lines.append((reference, at + 900, "agent7", "acknowledged", "assigned", "transmission", None, None))
    lines.append((reference, row["since"], "agent7", "registered", row["status"], "clôture", call, "INFO_DONNEE"))
    return lines


def words(row: dict[str, Any]) -> tuple[int, str] | None:
    """As the rules write them: none for a mere call that ended."""
    return None if row["key"] == "call" else (number_of(row["reference"]), " ".join(words_of_request(row)))


def in_lots(rows: Iterable[Any], size: int = 20_000) -> Iterator[list[Any]]:
    rows = iter(rows)
    while lot := list(itertools.islice(rows, size)):
        yield lot


def fill_sqlite(path: str, ministry: Ministry) -> None:
    """Into a store that has its schema and nothing else."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -400000")
    database.execute("BEGIN")
    database.executemany(_insert("people", ("matricule", "last_name", "first_name", "birth")), ministry.directory())
    database.executemany(_insert("person_phones", ("number", "matricule")), ministry.numbers())
    database.executemany(_insert("requesters", ("id", "matricule", "standing", "name", "created_at")), ministry.requesters())
    for lot in in_lots(ministry.requests()):
        database.executemany(_insert("requests", COLUMNS), [tuple(row[name] for name in COLUMNS) for row in lot])
        database.executemany(_insert("request_history", HISTORY), itertools.chain.from_iterable(map(history, lot)))
        database.executemany(_insert("request_words", ("rowid", "words")), filter(None, map(words, lot)))
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


async def fill_postgres(url: str, ministry: Ministry) -> None:
    """The same rows by COPY, the index of words made afterwards; then what a server does by itself in a quiet hour."""
    database = await asyncpg.connect(url)
    await database.execute("SET session_replication_role = replica")
    await database.execute("CREATE TEMPORARY TABLE told (id BIGINT, words TEXT); DROP INDEX request_words_words")

    async def copy(table: str, columns: tuple[str, ...], rows: Iterable[Any]) -> None:
        await database.copy_records_to_table(table, records=rows, columns=columns)
    await copy("people", ("matricule", "last_name", "first_name", "birth"), ministry.directory())
    await copy("person_phones", ("number", "matricule"), ministry.numbers())
    await copy("requesters", ("id", "matricule", "standing", "name", "created_at"), ministry.requesters())
    for lot in in_lots(ministry.requests()):
        await copy("requests", COLUMNS, [tuple(row[name] for name in COLUMNS) for row in lot])
        await copy("request_history", HISTORY, itertools.chain.from_iterable(map(history, lot)))
        await copy("told", ("id", "words"), filter(None, map(words, lot)))
    await database.execute("INSERT INTO request_words SELECT id, array_to_tsvector(string_to_array(words, ' ')) FROM told")
    await database.execute("SET maintenance_work_mem = '512MB'")
    await database.execute("CREATE INDEX request_words_words ON request_words USING gin (words) WITH (fastupdate = off)")
    await database.execute("VACUUM ANALYZE")
    await database.close()
