"""Half-typed text: kept so that a crash does not lose it, outside the record of changes, since it is no fact yet."""

from nacdesk.storage.database import Database


def keep(database: Database, key: str, place: str, text: str) -> None:
    """Keep the text of a place; the one before goes."""
    with database.transaction():
        database.executemany("INSERT INTO draft (case_key, place, text) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text", [(key, place, text)])


def kept(database: Database, key: str) -> dict[str, str]:
    """The texts of a case by place."""
    return dict(database.rows("SELECT place, text FROM draft WHERE case_key = ? ORDER BY place", (key,)))


def drop(database: Database, key: str, place: str) -> None:
    """Forget the text of a place; there may be none."""
    with database.transaction():
        database.executemany("DELETE FROM draft WHERE case_key = ? AND place = ?", [(key, place)])
