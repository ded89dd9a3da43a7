"""The tables, their guards and their journal triggers, as append-only numbered migrations.

A released migration is never edited: a change of the schema is a new entry at the end of MIGRATIONS.
Decimals are TEXT, exactly the digits that came in.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from nacdesk.domain.analytes import Analyte, Limits
from nacdesk.errors import UserError
from nacdesk.storage.database import APPLICATION_ID, SCHEMA, Database, Row, schema_of
from nacdesk.storage.schema_keeping import _KEEPING


def _journalled(table: str, columns: str, case_key: str) -> tuple[str, ...]:
    """Triggers that write every change of a table to the journal, as part of the step that is open.

    With no step open `step` is NULL, which the journal refuses: nothing can be written beside it.
    """
    names = columns.split()

    def image(row: str) -> str:
        return "json_object(" + ", ".join(f"'{name}', {row}.{name}" for name in names) + ")"

    def trigger(op: str, row: str, old: str, new: str) -> str:
        return (
            f"CREATE TRIGGER {table}_{op}_journal AFTER {op.upper()} ON {table} BEGIN "
            "INSERT INTO journal (step, op, table_name, row_id, case_key, old, new) VALUES "
            f"((SELECT number FROM step WHERE sealed = 0), '{op}', '{table}', {row}.id, {case_key.format(row=row)}, {old}, {new}); END"
        )

    return (
        trigger("insert", "NEW", "NULL", image("NEW")),
        trigger("update", "NEW", image("OLD"), image("NEW")),
        trigger("delete", "OLD", image("OLD"), "NULL"),
    )


def _owned(table: str) -> str:
    """A row never changes its id or the case it belongs to."""
    owner = " OR NEW.case_id IS NOT OLD.case_id" if table != "case_record" else ""
    return (
        f"CREATE TRIGGER {table}_owner BEFORE UPDATE ON {table} WHEN NEW.id IS NOT OLD.id{owner} "
        "BEGIN SELECT RAISE(ABORT, 'a record cannot change its owner'); END"
    )


def _fixed(table: str, when: str) -> tuple[str, ...]:
    """What has been written to the record of changes stays."""
    told = "BEGIN SELECT RAISE(ABORT, 'the record of changes cannot be changed'); END"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when} {told}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {told}",
    )


def _ranged(event: str) -> str:
    """A number must be in its analyte's unit and within its hard range (copied from the catalogue)."""
    return f"""CREATE TRIGGER observation_range_{event} BEFORE {event.upper()} ON observation WHEN NEW.code IS NULL BEGIN
SELECT RAISE(ABORT, 'outside the hard range or not in the unit of ' || NEW.analyte) WHERE NOT EXISTS (
    SELECT 1 FROM analyte_limit WHERE analyte = NEW.analyte AND unit = NEW.unit
    AND node = coalesce((SELECT kind = 'node' FROM lesion WHERE id = NEW.lesion_id), 0)
    AND (NEW.number IS NULL OR (
        (minimum IS NULL OR CAST(NEW.number AS REAL) > minimum OR (exclusive = 0 AND CAST(NEW.number AS REAL) = minimum))
        AND (maximum IS NULL OR CAST(NEW.number AS REAL) <= maximum)))); END"""


def _decimal(column: str) -> str:
    """Text that is one JSON number: what str(Decimal) writes, and nothing else ("NaN", "1,5", "")."""
    return f"{column} TEXT CHECK ({column} IS NULL OR (json_valid({column}) AND json_type({column}) IN ('integer', 'real')))"


def _day(column: str) -> str:
    """A calendar date without time, YYYY-MM-DD, that exists."""
    return f"{column} TEXT CHECK ({column} IS NULL OR ({column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({column}) IS {column}))"


_VERSION_1: tuple[str, ...] = (
    "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE analyte_limit (
        analyte TEXT NOT NULL, node INTEGER NOT NULL CHECK (node IN (0, 1)), unit TEXT NOT NULL,
        minimum REAL, maximum REAL, exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
        PRIMARY KEY (analyte, node)) STRICT, WITHOUT ROWID""",
    # the record of changes: one row of `step` a user action, one of `journal` a changed row
    """CREATE TABLE step (
        number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('do', 'undo', 'redo')),
        label TEXT NOT NULL CHECK (label <> ''), by TEXT NOT NULL CHECK (by <> ''), at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????+00:00'),
        clock_back INTEGER NOT NULL CHECK (clock_back IN (0, 1)), reason TEXT CHECK (reason <> ''),
        undoes INTEGER REFERENCES step (number) ON DELETE RESTRICT CHECK ((undoes IS NULL) = (kind = 'do')),
        sealed INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)), prev_hash TEXT, hash TEXT) STRICT""",
    "CREATE UNIQUE INDEX step_open ON step (sealed) WHERE sealed = 0",
    "CREATE INDEX step_undoes ON step (undoes, number) WHERE undoes IS NOT NULL",
    """CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL REFERENCES step (number) ON DELETE RESTRICT,
        op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')), table_name TEXT NOT NULL, row_id INTEGER NOT NULL, case_key TEXT NOT NULL,
        old TEXT, new TEXT, payload_digest TEXT,
        CHECK ((old IS NULL) = (op = 'insert')), CHECK ((new IS NULL) = (op = 'delete'))) STRICT""",
    "CREATE INDEX journal_step ON journal (step)",
    "CREATE INDEX journal_case ON journal (case_key)",
    """CREATE TABLE case_revision (
        case_key TEXT NOT NULL, revision INTEGER NOT NULL CHECK (revision > 0), step INTEGER NOT NULL REFERENCES step (number) ON DELETE RESTRICT,
        digest TEXT, PRIMARY KEY (case_key, revision), UNIQUE (step, case_key)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE import_file (digest TEXT NOT NULL, name_digest TEXT NOT NULL, step INTEGER NOT NULL REFERENCES step (number) ON DELETE RESTRICT) STRICT",
    "CREATE INDEX import_file_digest ON import_file (digest)",
    *_fixed("step", "WHEN OLD.sealed = 1"),
    *_fixed("journal", ""),
    *_fixed("case_revision", ""),
    *_fixed("import_file", ""),
    # the facts
    f"""CREATE TABLE case_record (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (key <> ''),
        name TEXT, mrn TEXT, mrn_normal TEXT UNIQUE CHECK (mrn_normal <> ''), {_day("birth_date")}, sex TEXT,
        diagnosis TEXT, stage TEXT, stage_group TEXT CHECK (stage_group IN ('I', 'II', 'III', 'IV')), context TEXT, regimen TEXT, cycle_length INTEGER CHECK (cycle_length > 0),
        CHECK ((mrn IS NULL) = (mrn_normal IS NULL))) STRICT""",
    "CREATE INDEX case_record_birth_date ON case_record (birth_date) WHERE birth_date IS NOT NULL",
    """CREATE TABLE lesion (
        id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL REFERENCES case_record (id) ON DELETE RESTRICT,
        label TEXT NOT NULL COLLATE NOCASE CHECK (label <> ''), kind TEXT NOT NULL CHECK (kind IN ('mass', 'node')),
        role TEXT NOT NULL CHECK (role IN ('target', 'non_target', 'new')), organ TEXT,
        measurable INTEGER CHECK (measurable IN (0, 1)), irradiated INTEGER CHECK (irradiated IN (0, 1)),
        origin TEXT NOT NULL CHECK (json_valid(origin) AND json_type(origin) = 'array'),
        UNIQUE (case_id, label), UNIQUE (case_id, id)) STRICT""",
    """CREATE TABLE visit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL REFERENCES case_record (id) ON DELETE RESTRICT,
        name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''), place INTEGER NOT NULL CHECK (place >= 0), cycle INTEGER CHECK (cycle >= 0),
        UNIQUE (case_id, name), UNIQUE (case_id, id)) STRICT""",
    f"""CREATE TABLE observation (
        id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL REFERENCES case_record (id) ON DELETE RESTRICT,
        visit_id INTEGER NOT NULL, lesion_id INTEGER, analyte TEXT NOT NULL CHECK (analyte <> ''),
        {_decimal("number")}, unit TEXT, comparator TEXT CHECK (comparator IN ('=', '<', '>', 'ND')), {_decimal("detection_limit")}, code TEXT,
        {_day("date")}, partial_date TEXT CHECK (partial_date <> ''), {_decimal("uln")},
        method TEXT, scanner TEXT, segmentation TEXT, reader TEXT, accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)), note TEXT,
        entered TEXT NOT NULL, warnings TEXT NOT NULL CHECK (json_valid(warnings) AND json_type(warnings) = 'array'),
        FOREIGN KEY (case_id, visit_id) REFERENCES visit (case_id, id) ON DELETE RESTRICT,
        FOREIGN KEY (case_id, lesion_id) REFERENCES lesion (case_id, id) ON DELETE RESTRICT,
        CHECK (CASE WHEN code IS NOT NULL THEN number IS NULL AND unit IS NULL AND comparator IS NULL AND detection_limit IS NULL
               ELSE unit IS NOT NULL AND comparator IS NOT NULL AND (number IS NULL) = (comparator = 'ND') END),
        CHECK (detection_limit IS NULL OR CAST(detection_limit AS REAL) > 0),
        CHECK (date IS NULL OR partial_date IS NULL)) STRICT""",
    """CREATE UNIQUE INDEX observation_once ON observation (
        case_id, visit_id, analyte, coalesce(lesion_id, 0), coalesce(date, partial_date, ''), coalesce(reader, ''), coalesce(method, ''))""",
    _ranged("insert"),
    _ranged("update"),
    *(_owned(table) for table in ("case_record", "lesion", "visit", "observation")),
    *_journalled("case_record", "id key name mrn mrn_normal birth_date sex diagnosis stage stage_group context regimen cycle_length", "{row}.key"),
    *_journalled("lesion", "id case_id label kind role organ measurable irradiated origin", "(SELECT key FROM case_record WHERE id = {row}.case_id)"),
    *_journalled("visit", "id case_id name place cycle", "(SELECT key FROM case_record WHERE id = {row}.case_id)"),
    *_journalled(
        "observation",
        "id case_id visit_id lesion_id analyte number unit comparator detection_limit code date partial_date uln "
        "method scanner segmentation reader accepted note entered warnings",
        "(SELECT key FROM case_record WHERE id = {row}.case_id)",
    ),
    # search as you type
    """CREATE VIRTUAL TABLE case_search USING fts5 (
        key, name, mrn, diagnosis, content = 'case_record', content_rowid = 'id', tokenize = 'trigram case_sensitive 0 remove_diacritics 1')""",
    "INSERT INTO case_search (case_search, rank) VALUES ('secure-delete', 1)",
    """CREATE TRIGGER case_record_insert_search AFTER INSERT ON case_record BEGIN
        INSERT INTO case_search (rowid, key, name, mrn, diagnosis) VALUES (NEW.id, NEW.key, NEW.name, NEW.mrn, NEW.diagnosis); END""",
    """CREATE TRIGGER case_record_update_search AFTER UPDATE ON case_record BEGIN
        INSERT INTO case_search (case_search, rowid, key, name, mrn, diagnosis) VALUES ('delete', OLD.id, OLD.key, OLD.name, OLD.mrn, OLD.diagnosis);
        INSERT INTO case_search (rowid, key, name, mrn, diagnosis) VALUES (NEW.id, NEW.key, NEW.name, NEW.mrn, NEW.diagnosis); END""",
    """CREATE TRIGGER case_record_delete_search AFTER DELETE ON case_record BEGIN
        INSERT INTO case_search (case_search, rowid, key, name, mrn, diagnosis) VALUES ('delete', OLD.id, OLD.key, OLD.name, OLD.mrn, OLD.diagnosis); END""",
)

_AT = "at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????+00:00')"

_VERSION_2: tuple[str, ...] = (
    # what the site decided about its rule set: rows are added, never changed
    f"""CREATE TABLE rule_review (
        id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL CHECK (digest <> ''), by TEXT NOT NULL CHECK (by <> ''),
        {_day("on_day")} NOT NULL, remarks TEXT NOT NULL, account TEXT NOT NULL CHECK (account <> ''), {_AT}) STRICT""",
    f"""CREATE TABLE site_rules (
        id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, digest TEXT NOT NULL CHECK (digest <> ''),
        account TEXT NOT NULL CHECK (account <> ''), {_AT}) STRICT""",
    *_fixed("rule_review", ""),
    *_fixed("site_rules", ""),
)

MIGRATIONS: tuple[Sequence[str], ...] = (_VERSION_1, _VERSION_2, _KEEPING)
VERSION = len(MIGRATIONS)


def migrate(database: Database) -> None:
    """Bring the file to this program's schema, in one transaction.

    Raises:
        UserError: a newer program wrote the file, or it is older and open read-only.
    """
    found = int(database.value("PRAGMA user_version"))
    if found > VERSION:
        raise UserError(
            f"{database.path.name} was written by a newer version of this program (format {found}, this one knows {VERSION}); it was not touched.",
            "Open it with the newer version.",
        )
    if found == VERSION:
        return
    if database.read_only:
        raise UserError(f"{database.path.name} has an older format; read-only it cannot be brought up to date.", "Open it once for writing.")
    with database.transaction():
        for migration in MIGRATIONS[found:]:
            database.script(migration)
        database.script((f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {VERSION}"))


def differences(database: Database) -> list[str]:
    """Tables, indexes and triggers that are not as the migrations make them, and such as they do not make."""
    return sorted({f"{kind} {name}" for kind, name, _ in frozenset(database.rows(SCHEMA)) ^ _made()})


@cache
def _made() -> frozenset[Row]:
    """What the migrations make, worked out in memory."""
    return schema_of(sql for migration in MIGRATIONS for sql in migration)


def refresh_limits(database: Database, analytes: Mapping[str, Analyte]) -> None:
    """Copy the hard limits of the catalogue beside the triggers that enforce them, where they changed."""
    wanted = sorted(row for analyte in analytes.values() if analyte.kind in ("number", "integer") for row in _limit_rows(analyte))
    columns = ("analyte", "node", "unit", "minimum", "maximum", "exclusive")
    if database.rows(f"SELECT {', '.join(columns)} FROM analyte_limit ORDER BY analyte, node") == wanted:
        return
    with database.transaction():
        database.script(("DELETE FROM analyte_limit",))
        database.insert("analyte_limit", columns, wanted)


def _limit_rows(analyte: Analyte) -> list[Row]:
    return [(analyte.id, node, analyte.unit, *_span(analyte.range(bool(node)), analyte.limit_for_nd)) for node in (0, 1)]


def _span(limits: Limits | None, zero_refused: bool) -> tuple[float | None, float | None, int]:
    if limits is None:
        return (0.0, None, 1) if zero_refused else (None, None, 0)
    return float(limits.hard_min), float(limits.hard_max), int(limits.min_exclusive or (zero_refused and limits.hard_min == 0))
