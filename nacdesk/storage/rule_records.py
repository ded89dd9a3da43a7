"""What the site decided about its rule set: who reviewed it clinically, and which changes of its own it accepted.

Both tables only ever grow. The last row counts; undo does not reach them.
"""

from datetime import date
from hashlib import sha256

from nacdesk.domain.rules import ClinicalReview
from nacdesk.errors import BugError
from nacdesk.storage.database import Database, damaged


def review(database: Database, digest: str) -> ClinicalReview | None:
    """The latest clinical review of the rule set of that very digest."""
    row = database.first("SELECT by, on_day, remarks FROM rule_review WHERE digest = ? ORDER BY id DESC LIMIT 1", (digest,))
    return None if row is None else ClinicalReview(*row)


def reviews(database: Database) -> tuple[tuple[str, ClinicalReview], ...]:
    """Every clinical review with the digest of its rule set, latest first."""
    return tuple((row[0], ClinicalReview(*row[1:])) for row in database.rows("SELECT digest, by, on_day, remarks FROM rule_review ORDER BY id DESC"))


def sign(database: Database, digest: str, by: str, on: date, remarks: str, *, account: str, at: str) -> None:
    """Record a clinical review; it is on the disk when this returns."""
    with database.transaction():
        columns = ("digest", "by", "on_day", "remarks", "account", "at")
        database.insert("rule_review", columns, [(digest, by, on.isoformat(), remarks, account, at)])
    if review(database, digest) != ClinicalReview(by, on.isoformat(), remarks):
        raise BugError("a saved review was not found again")


def site_rules(database: Database) -> str | None:
    """The text accepted last; None when there is none, or it was taken out of force.

    Raises:
        UserError: the text is not what was accepted.
    """
    row = database.first("SELECT text, digest FROM site_rules ORDER BY id DESC LIMIT 1")
    if row is None:
        return None
    text, digest = row
    if _digest(text) != digest:
        raise damaged(database.path)
    return str(text) or None


def accepted(database: Database) -> str | None:
    """When and by whom the text in force was accepted, in words; None when there is none."""
    row = database.first("SELECT at, account FROM site_rules WHERE id = (SELECT max(id) FROM site_rules) AND text <> ''")
    return None if row is None else f"accepted on {row[0][:10]} by {row[1]}"


def accept(database: Database, text: str, *, account: str, at: str) -> None:
    """Record what is in force from now on, "" for nothing; it is on the disk when this returns."""
    with database.transaction():
        database.insert("site_rules", ("text", "digest", "account", "at"), [(text, _digest(text), account, at)])
    if site_rules(database) != (text or None):
        raise BugError("accepted site rules were not found again")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
