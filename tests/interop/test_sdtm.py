"""SDTM: one reader, lymph nodes by their short axis, doubled rows once."""

import csv
from pathlib import Path

import pytest

from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop.preview import ImportPreview
from nacdesk.interop.read import read

TR_HEAD = "USUBJID,TRGRPID,TRLNKID,TRTESTCD,TRORRES,TRORRESU,VISITNUM,VISIT,TREVAL,TREVALID,TRACPTFL,TRDTC"
TU_HEAD = "USUBJID,TULOC,TUTESTCD,TUORRES,TUMETHOD,TULNKID,TUEVAL,TUEVALID,TUACPTFL,VISIT,TUDTC"
SITE, INDEPENDENT = "INVESTIGATOR,,", "INDEPENDENT ASSESSOR,R1,Y"
TU = [
    f"S-1,LIVER,TUMIDENT,TARGET,CT SCAN,T01,{SITE},SCREENING,2026-01-01",
    f"S-1,LYMPH NODE,TUMIDENT,TARGET,CT SCAN,T02,{SITE},SCREENING,2026-01-01",
    f"S-1,BONE,TUMIDENT,NON-TARGET,CT SCAN,NT01,{SITE},SCREENING,2026-01-01",
    f"S-1,LIVER,TUMIDENT,TARGET,MRI,T01,{INDEPENDENT},SCREENING,2026-01-01",
]


def result(lesion: str, test: str, value: str, *, group: str = "TARGET", visit: str = "1.0,SCREENING", who: str = SITE, day: str = "2026-01-01", unit: str = "mm") -> str:
    return f"S-1,{group},{lesion},{test},{value},{unit if value[:1].isdigit() else ''},{visit},{who},{day}"


TR = [
    result("T01", "LDIAM", "40.0", visit="2.0,WEEK 3", day="2026-01-22"),
    result("T01", "LDIAM", "50"),
    result("T01", "LPERP", "30"),
    result("T02", "LDIAM", "33.28"),
    result("T02", "LPERP", "21.5"),
    result("NT01", "TUMSTATE", "PRESENT", group="NON-TARGET"),
    result("NT01", "TUMSTATE", "PRESENT", group="NON-TARGET"),
    result("T01", "LDIAM", "52", who=INDEPENDENT),
    result("T01", "LDIAM", "0", visit="3.0,WEEK 6", day="2026-02"),
]


@pytest.fixture
def study(tmp_path: Path, catalog: Catalog):
    def write_and_read(tr: list[str] = TR, tu: list[str] | None = TU, rs: list[str] | None = None, **options: str) -> ImportPreview:
        folder = tmp_path / "study"
        folder.mkdir(exist_ok=True)
        (folder / "tr.csv").write_text("\n".join([TR_HEAD, *tr]) + "\n")
        if tu is not None:
            (folder / "tu.csv").write_text("\n".join([TU_HEAD, *tu]) + "\n")
        if rs is not None:
            (folder / "rs.csv").write_text("\n".join(["USUBJID,RSTESTCD,RSORRES,RSEVAL,RSEVALID,RSACPTFL", *rs]) + "\n")
        return read([folder], catalog, **options)  # type: ignore[arg-type]  # the test chooses the options

    return write_and_read


def test_the_investigator(study) -> None:
    found = study(reader="INVESTIGATOR", rs=["S-1,OVRLRESP,SD,INVESTIGATOR,,", "S-1,OVRLRESP,PD,INDEPENDENT ASSESSOR,R1,Y"])
    assert found.problems == ()
    (history,) = found.histories
    assert history.case.key == "S-1"
    assert [visit.name for visit in history.visits] == ["SCREENING", "WEEK 3", "WEEK 6"], "by VISITNUM, not by the file"
    facts = [(row.analyte, row.lesion, str(row.value), row.note) for row in history.observations]
    assert facts == [
        ("size.diameter", "T01", "50 mm", None),
        ("size.perpendicular", "T01", "30 mm", None),
        ("size.diameter", "T02", "21.5 mm", "long axis 33.28 mm"),
        ("lesion.status", "NT01", "PRESENT", None),
        ("size.diameter", "T01", "40.0 mm", None),
        ("size.diameter", "T01", "ABSENT", None),
    ]
    assert {row.reader for row in history.observations} == {"INVESTIGATOR"}
    assert (history.observations[-1].date, history.observations[-1].partial_date) == (None, "2026-02")
    assert [(lesion.label, lesion.kind, lesion.role, lesion.organ) for lesion in history.lesions] == [
        ("T01", "mass", "target", "liver"), ("T02", "node", "target", "lymph node"), ("NT01", "mass", "non_target", "bone"),
    ]  # fmt: skip
    assert history.observations[0].method == "CT SCAN"
    assert "1 repeated row was read once." in found.notes
    assert any(note.startswith("1 published responses (RS)") for note in found.notes)
    assert [(warning.place, warning.line, warning.column) for warning in found.warnings] == [("tr.csv", 10, "TRORRES")]


def test_accepted_is_the_default_and_a_named_reader_its_own_rows(study) -> None:
    accepted = study()
    (row,) = accepted.histories[0].observations
    assert (str(row.value), row.reader, row.accepted, row.method) == ("52 mm", "R1", True, "MRI")
    assert study(reader="R1").histories == accepted.histories


@pytest.mark.parametrize("reader", ["R9", "accepted "])
def test_an_unknown_reader_is_told_who_there_is(study, reader: str) -> None:
    (problem,) = study(reader=reader).problems
    assert "There are: INVESTIGATOR, R1, accepted." in problem.sentence


def test_accepted_where_nothing_is_flagged(study) -> None:
    (problem,) = study(tr=[row for row in TR if "R1" not in row]).problems
    assert problem.sentence.endswith("There are: INVESTIGATOR. Choose one, or all (--reader).")


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (result("T01", "LDIAM", "50", unit="furlong", day="2026-01-02"), "TRORRESU", "is not a unit"),
        (result("T01", "LDIAM", "50", unit="", day="2026-01-02"), "TRORRESU", "needs a unit"),
        (result("T01", "LDIAM", "", day="2026-01-02"), "TRORRES", "blank is not zero"),
        (result("T01", "LDIAM", "51"), "TRORRES", "The same fact stands in tr.csv, line 3"),
        (result("T01", "LDIAM", "50", day="2026-02-30"), "TRDTC", "not a day of the calendar"),
        (result("T01", "LDIAM", "50", day="2026---15"), "TRDTC", "is not a date"),
        (result("T01", "LDIAM", "50", group="OTHER", day="2026-01-02"), "TRGRPID", "“OTHER” is not a group"),
        (result("T01", "LDIAM", "50", group="NON-TARGET", day="2026-01-02"), "TRGRPID", "here, but"),
        (result("NT01", "TUMSTATE", "SMALLER", group="NON-TARGET", day="2026-01-02"), "TRORRES", "Use one of: PRESENT"),
        (result("T01", "LDIAM", "50", visit=",", day=""), "VISIT", "no time point"),
    ],
)
def test_a_row_is_refused_with_table_line_and_variable(study, row: str, column: str, sentence: str) -> None:
    found = study(tr=[*TR, row], reader="INVESTIGATOR")
    assert [(problem.place, problem.line, problem.column) for problem in found.problems] == [("tr.csv", len(TR) + 2, column)]
    assert sentence in found.problems[0].sentence
    assert found.histories == ()


def test_a_time_of_day_plays_no_part(study) -> None:
    found = study(tr=[result("T01", "LDIAM", "50", day="2026-01-01T23:59")], reader="INVESTIGATOR")
    assert found.histories[0].observations[0].date.isoformat() == "2026-01-01"


def test_new_lesions_answer_the_question_at_their_visit(study) -> None:
    week3 = "2.0,WEEK 3"
    tr = [
        *TR,
        result("N01", "TUMSTATE", "EQUIVOCAL", group="NEW", visit=week3, day="2026-01-22"),
        result("N01", "TUMSTATE", "UNEQUIVOCAL", group="NEW", visit="3.0,WEEK 6", day="2026-02"),
        result("N02", "LDIAM", "12", group="NEW", visit="3.0,WEEK 6", day="2026-02"),
    ]
    found = study(tr=tr, reader="INVESTIGATOR")
    assert found.problems == ()
    answers = {row.visit: (row.code, row.note) for row in found.histories[0].observations if row.analyte == "lesion.new"}
    assert answers == {"visit 2": ("equivocal", "N01"), "visit 3": ("yes", "N01, N02")}
    assert found.histories[0].lesion("N02").role == "new"
    ids = [row.id for row in found.histories[0].observations]
    assert len(set(ids)) == len(ids)
    assert "tr.csv, line 12, new lesion" in ids
    by_tumour = study(tu=[*TU, f"S-1,LUNG,TUMIDENT,NEW,CT SCAN,N03,{SITE},WEEK 3,2026-01-22"], reader="INVESTIGATOR")
    assert [(row.code, row.note) for row in by_tumour.histories[0].observations if row.analyte == "lesion.new"] == [("yes", "N03")]


def test_a_node_with_its_long_axis_only_is_not_measured(study) -> None:
    found = study(tr=[result("T01", "LDIAM", "50"), result("T02", "LDIAM", "33")], reader="INVESTIGATOR")
    assert [row.lesion for row in found.histories[0].observations] == ["T01"]
    assert "short axis is what counts" in str(found.warnings[0])


def test_a_lesion_in_two_places_is_refused(study) -> None:
    found = study(tu=[*TU, f"S-1,LUNG,TUMIDENT,TARGET,CT SCAN,T01,{SITE},SCREENING,2026-01-01"], reader="INVESTIGATOR")
    assert "several places in TU (LIVER, LUNG)" in found.problems[0].sentence


def test_without_tumour_identification_everything_is_a_mass_and_it_is_said(study) -> None:
    found = study(tu=None, reader="INVESTIGATOR")
    assert {lesion.kind for lesion in found.histories[0].lesions} == {"mass"}
    assert "There is no table TU" in str(found.warnings[0])


def test_a_lesion_that_is_not_identified_is_named(study) -> None:
    found = study(tr=[*TR, result("T09", "LDIAM", "12")], reader="INVESTIGATOR")
    assert "The lesion T09 of S-1 is not in TU" in str(found.warnings[0])


def test_what_is_not_measured_is_counted(study) -> None:
    found = study(tr=[*TR, result("", "SUMDIAM", "71.5")], reader="INVESTIGATOR")
    assert any(note.startswith("1 results SUMDIAM were left out") for note in found.notes)


def test_a_subject_that_the_reader_did_not_measure_is_named(study) -> None:
    found = study(tr=[*TR, TR[1].replace("S-1", "S-2")], reader="R1")
    assert "Subject S-2 has no measurement by this reader" in str(found.warnings[-1])


def test_files_one_by_one_and_a_folder_are_the_same(study, tmp_path: Path, catalog: Catalog) -> None:
    whole = study(reader="INVESTIGATOR")
    files = read([tmp_path / "study" / "tu.csv", tmp_path / "study" / "tr.csv"], catalog, reader="INVESTIGATOR")
    assert (files.histories, files.digest) == (whole.histories, whole.digest)


def test_a_folder_without_results(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    found = read([tmp_path], catalog)
    assert "There is no table of tumour results (TR)" in str(found.problems[0])
    (tmp_path / "tu.csv").write_text(TU_HEAD + "\n" + TU[0] + "\n")
    assert "no table of tumour results" in str(read([tmp_path], catalog).problems[0])
    with pytest.raises(UserError, match="A mapping reads a table"):
        read([tmp_path], catalog, mapping="ispy1")


def test_a_table_that_lacks_a_variable(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "tr.csv").write_text("USUBJID,TRTESTCD,TRORRES\nS-1,LDIAM,5\n")
    assert [problem.column for problem in read([tmp_path / "tr.csv"], catalog).problems] == ["TRLNKID"]


@pytest.fixture
def published(shared: Path) -> Path:
    folder = shared / "data" / "sdtm"
    if not folder.is_dir():
        pytest.skip("shared data absent: sdtm")
    return folder


@pytest.mark.parametrize("reader", ["accepted", "INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2"])
def test_the_published_study(published: Path, catalog: Catalog, reader: str) -> None:
    found = read([published], catalog, reader=reader)
    assert found.problems == ()
    cases = {history.case.key: history for history in found.histories}
    assert all(len({row.id for row in history.observations}) == len(history.observations) for history in cases.values())
    assert list(cases) == ["01-701-1015", "01-701-1097", "01-701-1130", "01-701-1133"]
    assert [visit.name for visit in cases["01-701-1015"].visits] == ["SCREENING", "WEEK 3", "WEEK 6", "WEEK 9"]
    week6 = [row for row in cases["01-701-1015"].observations if row.partial_date]
    assert {row.partial_date for row in week6} == {"2014-02"}
    assert {row.lesion for row in week6} == {"T01", "T04"}
    assert len(cases["01-701-1097"].observations) == 4
    assert "4 repeated rows were read once." in found.notes
    assert [lesion.label for lesion in cases["01-701-1130"].lesions if lesion.kind == "node"] == ["T03"]
    node = next(row for row in cases["01-701-1015"].observations if row.lesion == "T02")
    assert node.analyte == "size.diameter"
    assert node.note.startswith("long axis 3")
    names = {row.reader for history in cases.values() for row in history.observations}
    assert names == ({"RADIOLOGIST 1", "RADIOLOGIST 2"} if reader == "accepted" else {reader})


@pytest.mark.parametrize(
    ("reader", "unlike"),
    [
        ("accepted", []),
        ("INVESTIGATOR", []),
        ("RADIOLOGIST 1", []),
        ("RADIOLOGIST 2", [("01-701-1133", "WEEK 9", "PR", "PD")]),  # 0 to 4.95 mm after CR: reappearance is PD (REC-17)
    ],
)
def test_the_published_responses_follow_from_the_measurements(published: Path, catalog: Catalog, reader: str, unlike: list[tuple[str, ...]]) -> None:
    with (published / "rs_onco_recist.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["RSACPTFL"] == "Y" or reader != "accepted"]
    responses = [row for row in rows if reader in ("accepted", row["RSEVALID"] or row["RSEVAL"])]
    judged = {}
    for history in read([published], catalog, reader=reader).histories:
        for visit in review(history, catalog, None).visits:
            judged[history.case.key, visit.visit.name] = visit.size.overall if visit.size else None
    assert len(responses) == 10
    differ = [(row["USUBJID"], row["VISIT"], row["RSSTRESC"], judged[row["USUBJID"], row["VISIT"]]) for row in responses if judged[row["USUBJID"], row["VISIT"]] != row["RSSTRESC"]]
    assert differ == unlike


def test_all_readers_side_by_side_each_with_its_own_method_and_answers(study) -> None:
    week3 = "2.0,WEEK 3"
    tr = [
        *TR,
        result("T01", "LDIAM", "44", who=INDEPENDENT, visit=week3, day="2026-01-22"),
        result("N01", "TUMSTATE", "UNEQUIVOCAL", group="NEW", visit=week3, day="2026-01-22", who=INDEPENDENT),
        result("N01", "TUMSTATE", "EQUIVOCAL", group="NEW", visit=week3, day="2026-01-22"),
    ]
    found = study(tr=tr, reader="all")
    assert found.problems == ()
    (history,) = found.histories
    sizes = [(str(row.value), row.reader, row.accepted, row.method) for row in history.observations if row.analyte == "size.diameter" and row.lesion == "T01"]
    assert sizes == [
        ("50 mm", "INVESTIGATOR", False, "CT SCAN"),
        ("52 mm", "R1", True, "MRI"),
        ("40.0 mm", "INVESTIGATOR", False, "CT SCAN"),
        ("44 mm", "R1", True, "MRI"),
        ("ABSENT", "INVESTIGATOR", False, "CT SCAN"),
    ]
    assert {(row.code, row.reader) for row in history.observations if row.analyte == "lesion.new"} == {("equivocal", "INVESTIGATOR"), ("yes", "R1")}
    assert study(tr=tr, reader="R1").histories[0].observations == tuple(row for row in history.observations if row.reader == "R1")


def test_readers_who_place_a_lesion_differently_cannot_be_read_together(study) -> None:
    found = study(tu=[*TU, f"S-1,LUNG,TUMIDENT,TARGET,CT SCAN,T01,{INDEPENDENT},SCREENING,2026-01-01"], reader="all")
    assert "several places in TU (LIVER, LUNG)" in found.problems[0].sentence
