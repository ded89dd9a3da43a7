"""Is the store sound? Findings as sentences, never as an exception."""

from collections.abc import Callable, Iterator

from nacdesk.errors import BugError, UserError
from nacdesk.storage import rows, rule_records, schema
from nacdesk.storage.database import APPLICATION_ID, Database


def findings(database: Database, *, deep: bool) -> tuple[str, ...]:
    """What is wrong with the store; empty when nothing is. `deep` reads every page and every case."""
    looks: list[Callable[[Database], Iterator[str]]] = [_protections, _kind, _structure_deep if deep else _structure, _references, _closed]
    if deep:
        looks += [_checksums, _emptied, _site_rules]
    found: list[str] = []
    for look in looks:
        try:
            found += look(database)
        except UserError as error:
            found.append(error.sentence)
        except BugError:  # the statements are the program's own, so it is the file that does not answer them
            found.append("The file does not answer as one that this program made.")
        if found and look is _protections:
            break  # nothing that is asked of other tables than ours has a meaning
    return tuple(dict.fromkeys(found))


def _kind(database: Database) -> Iterator[str]:
    if database.value("PRAGMA application_id") != APPLICATION_ID or database.value("PRAGMA user_version") != schema.VERSION:
        yield "The file does not carry this program's mark and format number."


def _structure(database: Database) -> Iterator[str]:
    return _pages(database, "quick_check")


def _structure_deep(database: Database) -> Iterator[str]:
    return _pages(database, "integrity_check")


def _pages(database: Database, pragma: str) -> Iterator[str]:
    found = database.rows(f"PRAGMA {pragma}")
    if found != [("ok",)]:
        yield f"The structure of the file is damaged ({len(found)} {'finding' if len(found) == 1 else 'findings'})."


def _references(database: Database) -> Iterator[str]:
    lost = len(database.rows("PRAGMA foreign_key_check"))
    if lost:
        yield f"{lost} {'record belongs' if lost == 1 else 'records belong'} to something that is not there."


def _protections(database: Database) -> Iterator[str]:
    for name in schema.differences(database):
        yield f"A table or guard of the file is missing, changed or not of this program: {name}."


def _closed(database: Database) -> Iterator[str]:
    """The record of changes opens for the moment of an erasure only."""
    if database.first("SELECT 1 FROM erasing") is not None:
        yield "The record of changes was left open, as no erasure of this program leaves it."


def _emptied(database: Database) -> Iterator[str]:
    """Nothing is empty in the record of changes but what an erasure accounts for."""
    count = int(database.value("SELECT count(*) FROM journal WHERE coalesce(new, old) = '{}' AND case_key NOT IN (SELECT mark FROM erasure)"))
    accounted = all(found == wanted for found, wanted in database.rows("SELECT (SELECT count(*) FROM journal WHERE case_key = mark), entry_count FROM erasure"))
    if count or not accounted:
        yield "The record of changes was emptied in places where nothing was erased."


def _checksums(database: Database) -> Iterator[str]:
    """Every case that ever was, so that a lost one is noticed too, and every one that has no record of a change."""
    for (key,) in database.rows("SELECT DISTINCT case_key FROM case_revision UNION SELECT key FROM case_record ORDER BY 1"):
        try:
            rows.verified(database, key)
        except UserError as error:
            yield error.sentence


def _site_rules(database: Database) -> Iterator[str]:
    rule_records.site_rules(database)  # tells by an error that its checksum differs
    return iter(())
