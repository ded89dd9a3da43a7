"""The flowsheet: what it shows of a case, and what leaving a cell changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from nacdesk.domain.edits import Edit, PutVisit, Record, Withdraw
from nacdesk.domain.entering import accept, date_doubts, details_at, edits_for, edits_for_row, entry
from nacdesk.domain.facts import History, Lesion, Observation
from nacdesk.domain.flowsheet import PANELS, Sheet, addable, sheet
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.review import review
from nacdesk.domain.typed import Blank, Value
from nacdesk.errors import UserError
from tests.domain.cases import Chart, catalog, on

SIZE, CEA, VAF = "size.diameter", "marker.cea", "ctdna.vaf"


def shown(chart: Chart, *extra: tuple[str, str], **more: dt.date) -> Sheet:
    """The sheet of a chart; `more` holds pending dates by visit id, `blank` that of the last row."""
    pending = {"" if name == "blank" else name: when for name, when in more.items()}
    return sheet(review(chart.history(), catalog()), extra, pending, chart.history())


def spot(found: Sheet, row: str, analyte: str, lesion: str = "") -> tuple[int, int]:
    """Places of a row by its name and of a column by its key."""
    return next(n for n, one in enumerate(found.rows) if one.name == row), next(n for n, one in enumerate(found.columns) if one.key == (analyte, lesion))


def after(history: History, edits: Sequence[Edit]) -> History:
    """The facts as these edits leave them; ids of new ones are counted on."""
    visits, rows = list(history.visits), list(history.observations)
    for edit in edits:
        if isinstance(edit, PutVisit):
            made = replace(edit.visit, id=edit.visit.id or f"v{len(visits)}")
            visits = [made if one.id == made.id else one for one in visits] if edit.visit.id else [*visits, made]
        elif isinstance(edit, Record):
            row = edit.observation
            visit = next(one.id for one in visits if row.visit in (one.id, one.name))
            row = replace(row, id=row.id or f"o{max((int(one.id[1:]) for one in rows), default=-1) + 1:03}", visit=visit)
            rows = [row if one.id == row.id else one for one in rows] if edit.observation.id else [*rows, row]
        elif isinstance(edit, Withdraw):
            rows = [one for one in rows if one.id != edit.id]
    return replace(history, visits=tuple(visits), observations=tuple(rows))


def usual() -> Chart:
    """Two lesions and CEA at two visits, ctDNA not detected at the second."""
    chart = Chart(cycles=3).lesion("primary").lesion("LN 7", "node", organ="lymph node")
    chart.at("baseline", -7).size("primary", 50).size("LN 7", "18.5").add(CEA, "12.4", uln=5, method="Roche").add(VAF, "0.5", limit="0.02", method="assay A")
    chart.at("after C2", 42).size("primary", 30).size("LN 7", 12).new("no").add(CEA, "8.1", uln=5, method="Roche").add(VAF, "ND", limit="0.02", method="assay A")
    return chart


def one(edits: Sequence[Edit]) -> Observation:
    """The fact of a single Record."""
    (edit,) = edits
    assert isinstance(edit, Record)
    return edit.observation


# What it shows


def test_columns_stand_by_panel_and_analyte_lesions_as_recorded() -> None:
    found = shown(usual())
    assert [(column.panel, column.head) for column in found.columns] == [
        ("Tumour size", "primary (mm)"),
        ("Tumour size", "LN 7, short axis (mm)"),
        ("Findings", "New lesion"),
        ("ctDNA", "ctDNA VAF (%)"),
        ("Markers", "CEA (ng/mL)"),
    ]
    assert [column.panel for column in found.columns] == sorted((column.panel for column in found.columns), key=PANELS.index)


def test_rows_are_time_points_with_their_cycles_and_a_blank_one_at_the_end() -> None:
    found = shown(usual())
    assert [(row.name, row.date, row.cycle, row.counted) for row in found.rows] == [("baseline", on(-7), None, 0), ("after C2", on(42), None, 2), ("", None, None, None)]
    assert found.rows[-1].visit is None
    assert not any("C1" in row.name for row in found.rows)  # cycles have a form of their own


def test_cells_show_what_was_typed_and_derived_columns_what_follows() -> None:
    found = shown(usual())
    assert [found.cell(row, column).text for row in (0, 1, 2) for column in range(5)] == ["50", "18.5", "", "0.5", "12.4", "30", "12", "no", "ND", "8.1", *[""] * 5]
    assert found.derived == ("Sum (mm)", "From baseline", "From nadir", "Response")
    assert [row.derived for row in found.rows] == [("68.5", "", "", ""), ("42", "−38.7 %", "−38.7 %", "PR"), ("", "", "", "")]


def test_H11_a_sum_that_cannot_be_formed_is_not_a_number() -> None:
    chart = usual()
    chart.at("after C3", 63).size("primary", "NE").size("LN 7", 10).new("no")
    assert shown(chart).rows[2].derived == ("NE", "", "", "NE")
    chart.at("blood", 70).add(CEA, 7)
    assert shown(chart).rows[3].derived == ("", "", "", "")


def test_H15_a_change_keeps_the_digits_that_tell_it_from_a_threshold() -> None:
    chart = Chart(cycles=3).at("baseline", -7).sizes(A=100).at("after C2", 42).sizes(A="70.04").new("no")
    assert shown(chart).rows[1].derived == ("70.04", "−29.96 %", "−29.96 %", "SD")


@pytest.mark.parametrize(
    ("entered", "text"),
    [
        ("4.15 cm", "4.15 cm"), ("4,15 cm", "4.15 cm"), ("41.5 mm", "41.5"), ("41.50mm", "41.5"), ("", "41.5"), ("see report", "41.5"), ("5 cm", "41.5"), ("4.15", "41.5"),
    ],
)  # fmt: skip
def test_H05_a_value_typed_in_another_unit_is_shown_in_it_where_it_still_says_the_same(entered: str, text: str) -> None:
    chart = Chart().at("baseline", -7).size("A", "41.5", entered=entered)
    assert shown(chart).cell(0, 0).text == text


def test_marks_and_tip_say_what_the_text_does_not() -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(A=50, B=20).size("A", 46, reader="Lee", accepted=True, day=-8, note="repeat", warnings=("odd",))
    cell = shown(chart).cell(*spot(shown(chart), "baseline", SIZE, "A"))
    assert (cell.text, cell.marks) == ("46", ("2 readers", "warning", "note"))  # the row's date is that of its first size
    other = shown(Chart().at("baseline", -7).sizes(A=50).add(CEA, 3, day=-2))
    assert other.cell(*spot(other, "baseline", CEA)).marks == ("other date 3 Jan 2026",)
    other = shown(Chart().at("baseline", 7).sizes(A=50).add(CEA, 3, day=9))
    assert other.cell(*spot(other, "baseline", CEA)).marks == ("other date 14 Jan",)
    assert cell.tip.splitlines() == ["46 mm, 28 Dec 2025, MRI, read by Lee, accepted, odd, repeat", "50 mm, 29 Dec 2025, MRI", "difference 4 mm"]


def test_unlike_values_of_which_none_is_accepted_all_show() -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(A=50).size("A", 46, reader="Lee")
    cell = shown(chart).cell(0, 0)
    assert (cell.text, cell.marks, cell.counts) == ("50 | 46", ("2 readers", "none accepted"), False)


def test_a_lesion_without_a_value_and_a_column_that_was_added_have_their_place() -> None:
    chart = usual().lesion("liver", organ="liver").lesion("bone", role="non_target")
    found = shown(chart, ("pet.suvmax", "primary"), ("labs.hb_g_dl", ""), ("marker.nothing", ""), (CEA, "primary"), ("pet.suvmax", "gone"))
    assert [column.title for column in found.columns] == [
        "primary", "LN 7, short axis", "liver", "New lesion", "Non-target lesion bone", "SUVmax primary", "ctDNA VAF", "CEA", "Hb",
    ]  # fmt: skip
    assert found.columns[-1].panel == "Other facts"


def test_facts_of_forms_have_no_column_until_one_is_added() -> None:
    chart = usual().at("baseline", -7).add("biomarkers.her2", "low").add("status.ecog", 1)
    assert not any(column.key[0].startswith(("biomarkers.", "status.", "treatment.")) for column in shown(chart).columns)
    assert shown(chart, ("status.ecog", "")).cell(*spot(shown(chart, ("status.ecog", "")), "baseline", "status.ecog")).text == "1"


def test_what_can_be_added_is_what_can_be_typed() -> None:
    names = {analyte.id for analyte in addable(catalog())}
    assert {"marker.psa", "labs.hb_g_dl", SIZE} <= names
    assert not names & {"treatment.cycle", "event.surgery", "event.baseline", "labs.bilirubin_x_uln"}


def test_a_review_of_an_earlier_day_hides_no_row_of_the_facts_as_stored() -> None:
    chart = usual()
    judged = review(chart.history(), catalog(), on(0))
    assert [row.name for row in sheet(judged).rows] == ["baseline", ""]
    found = sheet(judged, history=chart.history())
    assert "after C2" in [row.name for row in found.rows]
    assert found.rows[spot(found, "after C2", SIZE, "primary")[0]].derived == ("", "", "", "")


# What leaving a cell changes


def test_a_new_value_takes_over_date_and_method_never_note_nor_another_readers_name() -> None:
    chart = usual().at("after C3", 63).size("LN 7", 9, reader="Lee", accepted=True, note="small")
    found = shown(chart)
    row, column = spot(found, "after C3", SIZE, "primary")
    made = one(edits_for(found, row, column, entry(found, row, column, "28,5")))
    assert (made.id, made.visit, made.lesion, made.value, made.date, made.method) == ("", found.rows[row].visit.id, "primary", Quantity(Decimal("28.5"), "mm"), on(63), "MRI")  # type: ignore[union-attr]  # the row of a recorded visit
    assert (made.entered, made.reader, made.accepted, made.note, made.warnings) == ("28,5 mm", None, False, None, ())
    node = found.columns[spot(found, "after C3", SIZE, "LN 7")[1]].defaults
    assert (node.reader, node.accepted, node.note) == (None, False, None)  # the earlier values have no reader
    alone = shown(Chart().at("baseline", -7).size("A", 50, reader="Lee", accepted=True, note="x").at("later", 30).add(CEA, 3)).columns[0].defaults
    assert (alone.reader, alone.accepted, alone.note) == ("Lee", True, None)


def test_H12_ND_takes_the_limit_of_its_own_sample_then_of_its_column() -> None:
    chart = usual().at("after C3", 63).add(VAF, "ND", limit="0.05", method="assay A").at("after C4", 84).add(CEA, 3)
    found = shown(chart)
    row, column = spot(found, "after C2", VAF)
    assert edits_for(found, row, column, entry(found, row, column, "nd")) == ()
    row, column = spot(found, "after C4", VAF)
    made = one(edits_for(found, row, column, entry(found, row, column, "ND")))
    assert made.value == Quantity(None, "%", "ND", Decimal("0.05"))
    assert one(edits_for(found, row, column, entry(found, row, column, "ND 0.01"))).value == Quantity(None, "%", "ND", Decimal("0.01"))


def test_what_is_recorded_already_is_no_edit_and_raises_no_question() -> None:
    chart = Chart(cycles=3).at("baseline", -7).sizes(A=310).at("after C2", 42).sizes(A=20).new("no")
    found = shown(chart)
    for text in ("310", "310.0", "31 cm", "310 mm"):
        typed = entry(found, 0, 0, text)
        assert isinstance(typed, Value)
        assert typed.questions == ()
        assert edits_for(found, 0, 0, typed) == ()


def test_a_changed_value_keeps_its_row_and_all_that_belongs_to_it() -> None:
    chart = Chart().at("baseline", -7).size("A", 50, reader="Lee", note="breath-hold", day=-6, entered="5 cm", warnings=("odd",))
    found = shown(chart)
    made = one(edits_for(found, 0, 0, entry(found, 0, 0, "51")))
    old = chart.observations[0]
    assert made == replace(old, value=Quantity(Decimal(51), "mm"), entered="51 mm", warnings=())


def test_changed_details_alone_are_an_edit_that_keeps_the_value_as_entered() -> None:
    found = shown(usual())
    row, column = spot(found, "baseline", CEA)
    own = replace(details_at(found, row, column), reader="Lee", uln="4,5", note="fasting")
    made = one(edits_for(found, row, column, entry(found, row, column, found.cell(row, column).text, details=own), own))
    assert made == replace(found.cell(row, column).observations[0], reader="Lee", uln=Decimal("4.5"), note="fasting")


def test_an_emptied_cell_is_withdrawn_an_empty_one_stays() -> None:
    found = shown(usual())
    row, column = spot(found, "baseline", CEA)
    assert edits_for(found, row, column, Blank()) == (Withdraw(found.cell(row, column).observations[0].id),)
    assert edits_for(found, 2, column, Blank()) == ()


def test_the_first_value_of_a_new_row_makes_its_time_point() -> None:
    found = shown(usual(), blank=on(63))
    row = len(found.rows) - 1
    typed = entry(found, row, 0, "28")
    begin, made = edits_for(found, row, 0, typed)
    assert isinstance(begin, PutVisit)
    assert isinstance(made, Record)
    assert begin.visit.name == made.observation.visit == on(63).isoformat()
    assert made.observation.date == on(63)
    bare = shown(usual())
    with pytest.raises(UserError, match="no time point yet"):
        edits_for(bare, row, 0, typed)


def test_a_pending_date_is_carried_by_the_first_value() -> None:
    chart = usual()
    chart.at("after C3", None)
    visit = chart.visits[-1].id
    found = shown(chart, **{visit: on(63)})
    row, column = spot(found, "after C3", SIZE, "primary")
    assert (found.rows[row].date, found.rows[row].pending) == (on(63), True)
    assert one(edits_for(found, row, column, entry(found, row, column, "28"))).date == on(63)
    assert edits_for_row(found, row, when=on(64)) == ()


def test_segmentation_is_asked_for_where_a_volume_needs_it() -> None:
    chart = usual()
    found = shown(chart, ("pet.mtv", "primary"))
    row, column = spot(found, "baseline", "pet.mtv", "primary")
    with pytest.raises(UserError, match="segmentation"):
        entry(found, row, column, "12")
    own = replace(details_at(found, row, column), segmentation="41 %")
    made = one(edits_for(found, row, column, entry(found, row, column, "12", details=own), own))
    assert made.segmentation == "41 %"
    assert entry(found, row, column, "NE") == Value("NE", "NE")


# Jumps


@pytest.mark.parametrize(
    ("before", "now", "asks"), [(10, "40", False), (10, "40.1", True), (40, "10", False), (40, "9.9", True), ("NE", "250", False), (10, "TSTM", False), (10, "0", True)]
)
def test_H05_a_jump_of_more_than_four_times_asks(before: str | int, now: str, asks: bool) -> None:
    found = shown(Chart(cycles=2).at("baseline", -7).sizes(A=before).at("after C2", 42).new("no"))
    row, column = spot(found, "after C2", SIZE, "A")
    typed = entry(found, row, column, now)
    assert isinstance(typed, Value)
    assert bool(typed.questions) is asks
    if asks and now != "0":
        assert "more than 4 times" in typed.questions[0]
        assert one(edits_for(found, row, column, typed)).warnings == typed.questions


def test_H05_a_jump_is_asked_to_both_sides_and_within_the_lesion_only() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(A=10, B=200).at("middle", 21).new("no").at("later", 42).sizes(A=10)
    found = shown(chart)
    row, column = spot(found, "middle", SIZE, "A")
    typed = entry(found, row, column, "41")
    assert isinstance(typed, Value)
    assert [text.partition(":")[0] for text in typed.questions] == ["a jump of more than 4 times, from 10 to 41 mm", "a jump of more than 4 times, from 41 to 10 mm"]
    assert entry(found, row, spot(found, "middle", SIZE, "B")[1], "60") == Value(Quantity(Decimal(60), "mm"), "60 mm")


def test_H05_centimetres_taken_for_millimetres_ask() -> None:
    found = shown(usual().at("after C3", 63).new("no"))
    row, column = spot(found, "after C3", SIZE, "primary")
    typed = entry(found, row, column, "2.8")
    assert isinstance(typed, Value)
    assert typed.questions
    typed = entry(found, row, column, "2.8 cm")
    assert isinstance(typed, Value)
    assert not typed.questions


# Two readers


def test_a_second_reading_stands_beside_the_first_and_one_is_accepted() -> None:
    chart = Chart().at("baseline", -7).size("A", 50, reader="Ruiz")
    found = shown(chart)
    own = replace(details_at(found, 0, 0, ""), reader="Lee")
    edits = edits_for(found, 0, 0, entry(found, 0, 0, "46", details=own), own, observation="")
    made = one(edits)
    assert (made.id, made.reader, made.method) == ("", "Lee", "MRI")
    both = after(chart.history(), edits)
    found = sheet(review(both, catalog()))
    assert found.cell(0, 0).text == "50 | 46"
    with pytest.raises(UserError, match="2 values stand here"):
        edits_for(found, 0, 0, entry(found, 0, 0, "48"))
    settled = after(both, accept(found, 0, 0, "o001"))
    found = sheet(review(settled, catalog()))
    assert (found.cell(0, 0).text, found.cell(0, 0).marks) == ("46", ("2 readers",))
    assert found.rows[0].derived[0] == "46"
    assert accept(found, 0, 0, "o001") == ()
    changed = after(settled, accept(found, 0, 0, "o000"))
    assert [(row.id, row.accepted) for row in changed.observations] == [("o000", True), ("o001", False)]


def test_typing_over_two_readings_changes_the_one_that_counts() -> None:
    chart = Chart().at("baseline", -7).size("A", 50, reader="Ruiz").size("A", 46, reader="Lee", accepted=True)
    found = shown(chart)
    assert one(edits_for(found, 0, 0, entry(found, 0, 0, "45"))).id == "o001"
    with pytest.raises(UserError, match="withdraw them there"):
        edits_for(found, 0, 0, Blank())
    assert edits_for(found, 0, 0, Blank(), observation="o000") == (Withdraw("o000"),)
    own = replace(details_at(found, 0, 0, "o000"), accepted=True)
    assert [edit.observation.accepted for edit in edits_for(found, 0, 0, entry(found, 0, 0, "50", details=own), own, observation="o000") if isinstance(edit, Record)] == [
        False,
        True,
    ]


def test_a_further_reading_that_is_told_apart_by_nothing_is_refused() -> None:
    found = shown(Chart(cycles=2).at("baseline", -7).sizes(A=50))
    with pytest.raises(UserError, match="stands here already"):
        edits_for(found, 0, 0, entry(found, 0, 0, "46"), observation="")
    with pytest.raises(UserError, match="no longer there"):
        edits_for(found, 0, 0, entry(found, 0, 0, "46"), observation="o999")


# Rows


def test_a_row_is_named_renamed_and_counted() -> None:
    found = shown(usual())
    blank = len(found.rows) - 1
    (made,) = edits_for_row(found, blank, name=" after  C4 ")
    assert isinstance(made, PutVisit)
    assert (made.visit.id, made.visit.name, made.visit.place) == ("", "after C4", len(found.history.visits))
    assert edits_for_row(found, blank, name="") == ()
    (dated,) = edits_for_row(found, blank, when=on(63), cycle=3)
    assert isinstance(dated, PutVisit)
    assert (dated.visit.name, dated.visit.cycle) == (on(63).isoformat(), 3)
    visit = found.rows[0].visit
    assert visit is not None
    assert edits_for_row(found, 0, name="baseline") == ()
    assert edits_for_row(found, 0, name="staging", cycle=0) == (PutVisit(replace(visit, name="staging", cycle=0)),)
    with pytest.raises(UserError, match="needs a name"):
        edits_for_row(found, 0, name=" ")
    counted = shown(Chart().at("baseline", -7, cycle=0).sizes(A=50))
    assert [edit.visit.cycle for edit in edits_for_row(counted, 0, cycle="counted") if isinstance(edit, PutVisit)] == [None]


def test_H09_a_new_date_moves_exactly_the_values_that_had_the_old_one() -> None:
    chart = usual().at("after C2", 42).add("marker.psa", 3, day=45)
    found = shown(chart)
    row = spot(found, "after C2", CEA)[0]
    edits = edits_for_row(found, row, when=on(40))
    moved = {edit.observation.id for edit in edits if isinstance(edit, Record)}
    assert moved == {fact.id for fact in chart.observations if fact.date == on(42) and fact.visit == chart.visits[-1].id}
    assert len(moved) == len(edits) == 5
    assert sheet(review(after(chart.history(), edits), catalog())).rows[row].date == on(40)
    assert edits_for_row(found, row, when=on(42)) == ()


def test_H09_a_date_in_the_future_before_birth_or_against_the_cycles_is_doubted() -> None:
    chart = Chart(cycles=4)
    chart.case = replace(chart.case, patient=replace(chart.case.patient, birth_date=dt.date(1970, 5, 1)))
    chart.at("baseline", -7, cycle=0).sizes(A=50).at("after C2", 42, cycle=2).sizes(A=30)
    found = shown(chart)
    assert date_doubts(found, 1, on(43), today=on(43)) == ()
    assert date_doubts(found, 1, on(44), today=on(43)) == ("18 Feb 2026 lies in the future",)
    assert date_doubts(found, 1, on(-8), today=on(43)) == ("28 Dec 2025 does not agree with the completed cycles of baseline",)
    assert date_doubts(found, 1, dt.date(1970, 5, 1), today=on(43))
    with pytest.raises(UserError, match="before the birth"):
        date_doubts(found, 1, dt.date(1970, 4, 30), today=on(43))


def test_H08_the_sheet_does_not_depend_on_the_order_of_the_facts() -> None:
    history = usual().history()
    turned = replace(history, observations=history.observations[::-1])
    first, second = sheet(review(history, catalog())), sheet(review(turned, catalog()))
    assert [(row.name, row.derived, {key: cell.text for key, cell in row.cells.items()}) for row in first.rows] == [
        (row.name, row.derived, {key: cell.text for key, cell in row.cells.items()}) for row in second.rows
    ]
    assert [column.head for column in first.columns] == [column.head for column in second.columns]


def test_a_case_typed_from_nothing_is_the_case_as_charted() -> None:
    """Every value of a chart, typed into an empty sheet in the order of its rows, gives the same review."""
    wanted = usual()
    history = History(wanted.case, tuple(wanted.lesions.values()), (), ())
    extra = [(SIZE, "primary"), (SIZE, "LN 7"), ("lesion.new", ""), (CEA, ""), (VAF, "")]
    target = shown(wanted)
    for row in target.rows[:-1]:
        found = sheet(review(history, catalog()), extra, {}, history)
        history = after(history, edits_for_row(found, len(found.rows) - 1, name=row.name))
        for column in target.columns:
            cell = row.cells.get(column.key)
            if cell is None:
                continue
            source = cell.observations[0]
            found = sheet(review(history, catalog()), extra, {history.visits[-1].id: row.date or on(0)}, history)
            place = spot(found, row.name, *column.key)
            own = replace(details_at(found, *place), method=source.method, uln=str(source.uln or ""), limit="0.02" if column.key[0] == VAF else "")
            history = after(history, edits_for(found, *place, entry(found, *place, cell.text, details=own), own))
    assert [(row.analyte, row.value, row.date, row.method, row.uln) for row in history.observations] == [
        (row.analyte, row.value, row.date, row.method, row.uln)
        for visit in target.rows[:-1]
        for column in target.columns
        if column.key in visit.cells
        for row in visit.cells[column.key].observations
    ]


def test_lesions_are_not_mixed_up_in_a_column() -> None:
    found = shown(usual())
    assert [column.lesion for column in found.columns[:2]] == [Lesion("primary", organ="breast"), Lesion("LN 7", "node", organ="lymph node")]
