"""The migration that lets a case be deleted, restored and erased, and keeps half-typed text.

The record of changes stays append-only, but for one thing: while `erasing` names a case, its entries
can be emptied and renamed, and nothing else of them. The erasure itself is on record for good.
"""


def _kept(columns: str) -> str:
    """True when one of these columns would change."""
    return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns.split())


def _emptied_only(table: str, unless: str, columns: str, *emptied: str, when: str = "") -> tuple[str, str]:
    """The guard of a table of the record, opened for an erasure.

    Args:
        unless: condition under which an erasure is at work on the row.
        columns: that not even an erasure changes.
        emptied: conditions of what it leaves; when: in which rows the guard stands at all.
    """
    refused = " OR ".join((f"NOT EXISTS (SELECT 1 FROM erasing{unless})", _kept(columns), *(f"NOT ({condition})" for condition in emptied)))
    return (
        f"DROP TRIGGER {table}_no_update",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {when}({refused}) BEGIN SELECT RAISE(ABORT, 'the record of changes cannot be changed'); END",
    )


_MARK = "CHECK (mark GLOB 'erased-[0-9]*')"  # what an erased case is called in the record
_OF_CASE = " WHERE case_key = OLD.case_key AND mark = NEW.case_key"

_KEEPING: tuple[str, ...] = (
    # half-typed text, one row a place; not journalled, since it is no fact yet
    "CREATE TABLE draft (case_key TEXT NOT NULL, place TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (case_key, place)) STRICT, WITHOUT ROWID",
    # the bin is worked out from the changes of cases
    "CREATE INDEX journal_case_record ON journal (op, row_id, seq) WHERE table_name = 'case_record'",
    # a row only within the transaction of an erasure
    f"CREATE TABLE erasing (case_key TEXT NOT NULL PRIMARY KEY, mark TEXT NOT NULL {_MARK}) STRICT, WITHOUT ROWID",
    f"""CREATE TABLE erasure (
        mark TEXT NOT NULL COLLATE NOCASE PRIMARY KEY {_MARK}, step INTEGER NOT NULL REFERENCES step (number) ON DELETE RESTRICT,
        record_count INTEGER NOT NULL, entry_count INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'the record of changes cannot be changed'); END",
    "CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'the record of changes cannot be changed'); END",
    *_emptied_only("step", "", "number kind by at clock_back undoes sealed prev_hash hash", when="OLD.sealed = 1 AND "),
    *_emptied_only("journal", _OF_CASE, "seq step op table_name row_id payload_digest", "coalesce(NEW.old, '{}') = '{}'", "coalesce(NEW.new, '{}') = '{}'"),
    *_emptied_only("case_revision", _OF_CASE, "revision step", "NEW.digest IS NULL"),
    *_emptied_only("import_file", "", "step", "NEW.digest = ''", "NEW.name_digest = ''"),
)
