"""CDISC SDTM: tumour results (TR), with tumour identification (TU) and response (RS) where they are there.

One reader is chosen, or all of them are read side by side. Responses in RS are published judgements, not measurements: they are counted
and left out, for the program judges from the measurements.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nacdesk.interop.entry import Entry
from nacdesk.interop.preview import Problem, shown
from nacdesk.interop.sheet import Sheet

DOMAINS = ("TR", "TU", "RS")
ACCEPTED = "accepted"
ALL = "all"
INVESTIGATOR = "INVESTIGATOR"

_NEEDED = {"TR": ("USUBJID", "TRLNKID", "TRTESTCD", "TRORRES"), "TU": ("USUBJID", "TULNKID"), "RS": ("USUBJID",)}
_ROLES = {"TARGET": "target", "NON-TARGET": "non_target", "NON TARGET": "non_target", "NEW": "new"}
_STATES = {"NOT EVALUABLE": "NE", "UNEQUIVOCAL PROGRESSION": "PD", "PROGRESSION": "PD"}
_NEW_STATES = {"EQUIVOCAL": "equivocal", "ABSENT": "", "0": ""}  # any other state of a new lesion: it is there
_NODE = "LYMPH NODE"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a domain: line, file (for problems) and filled cells by variable."""

    line: int
    place: str
    cells: Mapping[str, str]

    def __getitem__(self, variable: str) -> str:
        return self.cells.get(variable, "")

    def same(self, variable: str) -> tuple[str, str]:
        """The lesion of a subject, by the variable that links the domains."""
        return self["USUBJID"], self[variable]


@dataclass(frozen=True, slots=True)
class Read:
    """What came of the tables."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def domain(sheet: Sheet) -> str | None:
    """The domain of a table by its header: TR, TU, RS, or None."""
    return next((name for name in DOMAINS if f"{name}TESTCD" in sheet.header and "USUBJID" in sheet.header), None)


def read(sheets: Sequence[tuple[str, Sheet]], reader: str) -> Read:
    """The measurements of one reader, or of all, as entries of the long table.

    Args:
        sheets: name and table of each file; only those of the three domains are used.
        reader: INVESTIGATOR; "accepted" for the rows whose acceptance flag is Y; "all" for those of every reader; else a TREVALID.
    """
    found: dict[str, list[Record]] = {name: [] for name in DOMAINS}
    problems = []
    for place, sheet in sheets:
        name = domain(sheet)
        if name is not None:
            missing = [variable for variable in _NEEDED[name] if variable not in sheet.header]
            problems += [Problem(1, variable, f"The table {name} needs this variable.", place) for variable in missing]
            found[name] += [Record(line, place, cells) for line, cells in sheet.records()]
    if not found["TR"]:
        problems.append(Problem(None, None, "There is no table of tumour results (TR), a CSV file with the variables USUBJID and TRTESTCD."))
    if problems:
        return Read(problems=tuple(problems))
    return _Study(found, reader).read()


class _Study:
    """The rows of one study as one reader gave them, or as all did."""

    def __init__(self, found: Mapping[str, Sequence[Record]], reader: str) -> None:
        self._reader = reader
        self._all = found["TR"]
        self._results = [row for row in self._all if self._chosen(row, "TR")]
        self._tumours = found["TU"]
        self._responses = [row for row in found["RS"] if self._chosen(row, "RS")]
        self._flagged = any(row["TUACPTFL"] for row in self._tumours)
        self._readers = {(row["USUBJID"], _name(row, "TR")) for row in self._results}
        self._where = self._locations()
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []

    def read(self) -> Read:
        """Entries in order of subject and visit."""
        if not self._results:
            readers = ", ".join(sorted({_name(row, "TR") for row in self._all} - {""}))
            accepted = ", accepted" if any(row["TRACPTFL"] == "Y" for row in self._all) else ""
            sentence = f"No measurement is by the reader “{shown(self._reader)}”. There are: {readers}{accepted}. Choose one, or {ALL} (--reader)."
            return Read(problems=(Problem(None, "TREVALID", sentence),))
        subjects = list(dict.fromkeys(row["USUBJID"] for row in self._all))
        order = {subject: place for place, subject in enumerate(subjects)}
        rows = sorted(self._results, key=lambda row: (order[row["USUBJID"]], _visit_number(row)))
        entries = [*self._measured(rows), *self._new(rows)]
        seen = {row["USUBJID"] for row in rows}
        for subject in subjects:
            if subject not in seen:
                self._warnings.append(Problem(None, "USUBJID", f"Subject {shown(subject)} has no measurement by this reader and was left out."))
        unknown = dict.fromkeys(row.same("TRLNKID") for row in rows if row["TRLNKID"] and row.same("TRLNKID") not in self._where)
        if self._tumours:
            for subject, lesion in unknown:
                self._warnings.append(Problem(None, "TULNKID", f"The lesion {shown(lesion)} of {shown(subject)} is not in TU; it was taken for a mass."))
        else:
            self._warnings.append(Problem(None, None, "There is no table TU: every lesion was taken for a mass, also where it may be a lymph node, and no organ is known."))
        return Read(tuple(entries), tuple(self._problems), tuple(self._warnings), tuple(self._notes(rows)))

    def _chosen(self, row: Record, name: str) -> bool:
        if self._reader in (ACCEPTED, ALL):
            return self._reader == ALL or row[f"{name}ACPTFL"] == "Y"
        return _name(row, name) == self._reader

    def _chosen_tumour(self, row: Record) -> bool:
        """As `_chosen`; where TU flags nothing as accepted, the readers of accepted results count."""
        if self._reader == ACCEPTED and not self._flagged:
            return (row["USUBJID"], _name(row, "TU")) in self._readers
        return self._chosen(row, "TU")

    def _locations(self) -> dict[tuple[str, str], list[Record]]:
        """The identification of each lesion, that of the chosen reader where there is one."""
        mine: dict[tuple[str, str], list[Record]] = {}
        anyone: dict[tuple[str, str], list[Record]] = {}
        for row in self._tumours:
            anyone.setdefault(row.same("TULNKID"), []).append(row)
            if self._chosen_tumour(row):
                mine.setdefault(row.same("TULNKID"), []).append(row)
        return anyone | mine

    def _measured(self, rows: Sequence[Record]) -> Iterator[Entry]:
        axes = {(*row.same("TRLNKID"), row["VISIT"], row["VISITNUM"], _name(row, "TR")): row for row in rows if row["TRTESTCD"] == "LDIAM"}
        short = {(*row.same("TRLNKID"), row["VISIT"], row["VISITNUM"], _name(row, "TR")) for row in rows if row["TRTESTCD"] == "LPERP"}
        for row in rows:
            test, value = row["TRTESTCD"], row["TRORRES"]
            tumour = self._tumour(row)
            node = tumour is not None and _is_node(tumour)
            key = (*row.same("TRLNKID"), row["VISIT"], row["VISITNUM"], _name(row, "TR"))
            note = ""
            if row["TRSTAT"] == "NOT DONE" and not value:
                continue
            if test == "TUMSTATE" and row["TRGRPID"].upper() == "NEW":
                continue  # it answers whether there are new lesions, see _new
            if test == "TUMSTATE":
                analyte, value = "lesion.status", _STATES.get(value.upper(), value)
            elif test == "LDIAM" and node:
                if key not in short:
                    self._warnings.append(Problem(row.line, "TRTESTCD", "A lymph node with its long axis only: the short axis is what counts, so nothing was read.", row.place))
                continue
            elif test == "LPERP" and node:
                analyte, long = "size.diameter", axes.get(key)
                note = f"long axis {long['TRORRES']} {long['TRORRESU']}".strip() if long is not None else ""
            elif test in ("LDIAM", "LPERP"):
                analyte = "size.diameter" if test == "LDIAM" else "size.perpendicular"
            else:
                continue
            yield self._entry(row, tumour, analyte, value, note)

    def _entry(self, row: Record, tumour: Record | None, analyte: str, value: str, note: str) -> Entry:
        role = _ROLES.get(row["TRGRPID"].upper() or _group(tumour))
        if role is None:
            what = f"“{shown(row['TRGRPID'])}” is not a group of lesions; known are TARGET, NON-TARGET and NEW."
            self._problems.append(Problem(row.line, "TRGRPID", what, row.place))
        cells = {
            "lesion": row["TRLNKID"],
            "lesion_kind": "node" if tumour is not None and _is_node(tumour) else "mass",
            "lesion_role": role or "",
            "organ": tumour["TULOC"].lower() if tumour is not None else "",
            "method": row["TRMETHOD"] or (tumour["TUMETHOD"] if tumour is not None else ""),
            "value": value,
            "unit": row["TRORRESU"],
            "note": note,
        }
        return _entry(row, "TR", analyte, cells)

    def _new(self, rows: Sequence[Record]) -> Iterator[Entry]:
        """A lesion identified as new answers the question for new lesions at its visit, reader by reader."""
        found = [(row, "TU", "yes") for row in self._tumours if self._chosen_tumour(row) and _group(row) == "NEW"]
        found += [(row, "TR", _NEW_STATES.get(row["TRORRES"].upper(), "yes")) for row in rows if row["TRGRPID"].upper() == "NEW"]
        answers: dict[tuple[str, str, str], tuple[Record, str, str]] = {}
        lesions: dict[tuple[str, str, str], list[str]] = {}
        for row, name, answer in found:
            visit = (row["USUBJID"], row["VISIT"] or row["VISITNUM"], _name(row, name))
            if answer:
                lesions.setdefault(visit, []).append(row[f"{name}LNKID"])
                if visit not in answers or answer == "yes" != answers[visit][2]:
                    answers[visit] = (row, name, answer)
        for visit, (row, name, answer) in answers.items():
            yield _entry(row, name, "lesion.new", {"value": answer, "note": ", ".join(dict.fromkeys(lesions[visit]))}, "new lesion")

    def _tumour(self, row: Record) -> Record | None:
        """Where the lesion lies, by the reader of the row where that one said so; two places for one lesion are refused."""
        rows = self._where.get(row.same("TRLNKID"), [])
        places = sorted({tumour["TULOC"] for tumour in rows} - {""})
        if len(places) > 1:
            self._problems.append(Problem(row.line, "TRLNKID", f"The lesion {shown(row['TRLNKID'])} has several places in TU ({', '.join(places)}). Choose one reader.", row.place))
        return next((tumour for tumour in rows if _name(tumour, "TU") == _name(row, "TR")), rows[0] if rows else None)

    def _notes(self, rows: Sequence[Record]) -> Iterator[str]:
        known = {"LDIAM", "LPERP", "TUMSTATE"}
        for test, number in sorted(Counter(row["TRTESTCD"] for row in rows if row["TRTESTCD"] not in known).items()):
            yield f"{number} results {shown(test)} were left out: not a measurement of one lesion that the program uses."
        undone = sum(1 for row in rows if row["TRSTAT"] == "NOT DONE" and not row["TRORRES"])
        if undone:
            yield f"{undone} results marked NOT DONE state nothing and were left out."
        if self._responses:
            yield f"{len(self._responses)} published responses (RS) were seen and left out; the program judges from the measurements."


def _entry(row: Record, name: str, analyte: str, cells: Mapping[str, str], part: str = "") -> Entry:
    """The time point, the reader and the names of the variables."""
    filled = {
        "case": row["USUBJID"],
        "visit": row["VISIT"] or (f"visit {row['VISITNUM']}" if row["VISITNUM"] else ""),
        "date": row[f"{name}DTC"].partition("T")[0],  # the time of day plays no part
        "analyte": analyte,
        "reader": _name(row, name),
        "accepted": "yes" if row[f"{name}ACPTFL"] == "Y" else "",
        **cells,
    }
    variables = {
        "case": "USUBJID", "visit": "VISIT", "date": f"{name}DTC", "analyte": f"{name}TESTCD", "lesion": f"{name}LNKID", "lesion_role": f"{name}GRPID",
        "lesion_kind": "TULOC", "organ": "TULOC", "method": "TUMETHOD", "value": f"{name}ORRES", "unit": f"{name}ORRESU", "reader": f"{name}EVALID",
    }  # fmt: skip
    return Entry(row.line, {column: cell for column, cell in filled.items() if cell}, variables, part, row.place)


def _name(row: Record, name: str) -> str:
    """The reader of a row: its identifier, or INVESTIGATOR where that is blank."""
    return row[f"{name}EVALID"] or (INVESTIGATOR if row[f"{name}EVAL"] == INVESTIGATOR else "")


def _group(tumour: Record | None) -> str:
    """TARGET, NON-TARGET or NEW, as the tumour was identified."""
    return "" if tumour is None else (tumour["TUSTRESC"] or tumour["TUORRES"]).upper()


def _is_node(tumour: Record) -> bool:
    return tumour["TULOC"].upper().startswith(_NODE)


def _visit_number(row: Record) -> float:
    """Order of the visits; those without a number come last, in the order of the file."""
    try:
        return float(row["VISITNUM"])
    except ValueError:
        return float("inf")
