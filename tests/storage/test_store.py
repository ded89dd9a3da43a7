"""The store's promises: what is added is read again, nothing is overwritten, identities hold."""

import stat
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from nacdesk.domain.facts import History, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import BugError, UserError
from nacdesk.storage.store import Changes, Store
from tests.histories import digits_of, drawn, facts_of, histories, millimetres, sized
from tests.storage.folders import temporary


def test_a_case_is_read_as_it_was_added(store: Store) -> None:
    changes = store.add([drawn()], "Import 12 observations")
    assert changes == Changes(frozenset({"D-100482"}), True, "Import 12 observations", 12, 0)
    again = store.history("D-100482")
    assert facts_of(again) == facts_of(drawn())
    assert again.case.revision == store.revision("D-100482") == 1
    assert len({seen.id for seen in again.observations}) == 12


@given(histories())
@settings(max_examples=120)
def test_every_history_makes_the_round_trip_also_over_a_restart(catalog: Catalog, history: History) -> None:
    with temporary() as path:
        with Store.create(path, catalog, by="A") as store:
            store.add([history], "Add")
            assert facts_of(store.history(history.case.key)) == facts_of(history)
            assert store.check(deep=True) == ()
        with Store.open(path, catalog, by="A") as store:
            again = store.history(history.case.key)
            assert facts_of(again) == facts_of(history)
            assert digits_of(again) == digits_of(history)
            found = store.cases(history.case.key)
            assert [row.key for row in found] == [history.case.key]


def test_the_file_is_private_and_alone_after_closing(store: Store, path: Path) -> None:
    store.add([drawn()], "Add")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["cases.nac", "cases.nac.lock"]


def test_create_refuses_an_existing_file_and_leaves_it(path: Path, catalog: Catalog) -> None:
    path.write_bytes(b"something else")
    with pytest.raises(UserError, match="exists already"):
        Store.create(path, catalog, by="A")
    assert path.read_bytes() == b"something else"


def test_create_refuses_another_ending_or_folder(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(UserError, match=r"ends in \.nac"):
        Store.create(tmp_path / "cases.db", catalog, by="A")
    with pytest.raises(UserError, match="cannot be made"):
        Store.create(tmp_path / "no such folder" / "cases.nac", catalog, by="A")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_case_is_a_sentence(store: Store) -> None:
    assert not store.has("X")
    for ask in (store.history, store.revision):
        with pytest.raises(UserError, match="There is no case X"):
            ask("X")


def test_H15_digits_are_kept_and_nan_has_no_way_in(store: Store) -> None:
    digits = ("31.0", "0.100", "29.95", "30", "199.999999999999")
    store.add([sized("A", *digits)], "Add")
    assert [str(seen.value.value) for seen in store.history("A").observations if isinstance(seen.value, Quantity)] == list(digits)
    with pytest.raises(ValueError, match="finite"):
        Quantity(Decimal("NaN"), "mm")


def test_H11_what_is_missing_stays_missing(store: Store) -> None:
    bare = History(replace(sized("A").case), (), (Visit("1", "baseline", 0),), (Observation("1", "1", "status.ecog", "1"),))
    store.add([bare], "Add")
    again = store.history("A")
    case, seen = again.case, again.observations[0]
    assert case.patient == Patient()
    assert (case.diagnosis, case.stage, case.stage_group, case.context, case.regimen, case.cycle_length) == (None,) * 6
    assert again.visits[0].cycle is None
    assert (seen.date, seen.partial_date, seen.lesion, seen.uln, seen.method, seen.scanner, seen.segmentation, seen.reader, seen.note) == (None,) * 9
    assert seen.quantity is None


def test_H12_not_detected_bounds_and_limits_are_kept_apart(store: Store) -> None:
    values = [
        Quantity(None, "%", "ND", Decimal("0.020")),
        Quantity(None, "%", "ND"),
        Quantity(Decimal("0.02"), "%", "<", Decimal("0.02")),
        Quantity(Decimal("0.02"), "%", "<"),
        Quantity(Decimal("0.02"), "%", "=", Decimal("0.01")),
        Quantity(Decimal("90"), "%", ">"),
    ]
    visits = tuple(Visit(str(place), f"visit {place}", place) for place in range(len(values)))
    seen = tuple(Observation(str(place), str(place), "ctdna.vaf", value) for place, value in enumerate(values))
    store.add([History(sized("A").case, (), visits, seen)], "Add")
    assert [fact.value for fact in store.history("A").observations] == values
    assert store.history("A").observations[0].quantity != values[1]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu", "America/New_York"])
def test_H10_a_date_is_a_date_in_every_time_zone(store: Store, reopen: Callable[..., Store], zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    days = (date(2026, 1, 1), date(2024, 2, 29), date(2026, 3, 29), date(1969, 12, 31))
    visits = tuple(Visit(str(place), f"visit {place}", place) for place in range(len(days)))
    seen = tuple(Observation(str(place), str(place), "status.ecog", "1", day) for place, day in enumerate(days))
    store.add([History(sized("A").case, (), visits, seen)], "Add")
    store.close()
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        again = reopen()
        assert tuple(fact.date for fact in again.history("A").observations) == days
        assert all(entry.at.endswith("+00:00") for entry in again.journal())
    finally:
        monkeypatch.undo()
        time.tzset()


def test_H31_the_same_again_adds_nothing_and_leaves_no_trace(store: Store) -> None:
    store.add([drawn()], "Import", source=("name", "content"))
    journal = store.journal()
    changes = store.add([drawn()], "Import", source=("other name", "content"))
    assert changes == Changes(frozenset(), False, "Import", 0, 12)
    assert store.journal() == journal
    assert store.revision("D-100482") == 1
    assert store.preview([drawn()]).new_observations == 0


@given(histories())
@settings(max_examples=40)
def test_H31_importing_several_times_is_importing_once(catalog: Catalog, history: History) -> None:
    with temporary() as path, Store.create(path, catalog, by="A") as store:
        store.add([history], "Import")
        once = store.history(history.case.key)
        for _ in range(2):
            assert store.add([once], "Import").added == 0
            assert store.add([history, history], "Import").cases == frozenset()
        assert store.history(history.case.key) == once


def test_H31_the_file_is_known_until_its_import_is_undone(store: Store) -> None:
    assert store.imported("content") is None
    store.add([drawn()], "Import 12 observations", source=("alvarez_ines.csv", "content"))
    assert "alvarez" not in str(store._database.rows("SELECT * FROM import_file"))
    told = store.imported("content")
    assert told is not None
    assert "by Coordinator (Import 12 observations)" in told
    assert store.imported("other") is None
    store.undo()
    assert store.imported("content") is None
    store.redo()
    assert store.imported("content") == told


def test_another_value_refuses_the_whole_import(store: Store) -> None:
    store.add([sized("A", "31")], "Add")
    wrong = sized("A", "33")
    problems = store.preview([sized("B", "10"), wrong]).problems
    assert problems == ("A: size.diameter of primary at baseline is already recorded as 31 mm, the file has 33 mm; an import does not overwrite; correct it instead.",)
    with pytest.raises(UserError, match="already recorded as 31 mm") as caught:
        store.add([sized("B", "10"), wrong], "Import")
    assert "Nothing was saved." in caught.value.sentence
    assert [row.key for row in store.cases()] == ["A"]
    assert len(store.journal()) == 4


def test_more_of_a_known_case_is_added_and_blanks_are_filled(store: Store) -> None:
    store.add([sized("A", "31", "30")], "First")
    more = sized("A", "31.0", "30.0", "29", regimen="FLOT", patient=Patient("DEMO, Ines Alvarez"))
    assert store.preview([more]).new_observations == 1
    changes = store.add([more], "Second")
    assert (changes.added, changes.known, changes.filled) == (1, 2, 2)
    again = store.history("A")
    assert [str(seen.value) for seen in again.observations] == ["31 mm", "30 mm", "29 mm"]
    assert (again.case.regimen, again.case.patient.name, again.case.revision) == ("FLOT", "DEMO, Ines Alvarez", 2)


def test_several_histories_of_one_case_join_in_one_step(store: Store) -> None:
    first, second = sized("A", "31"), sized("A", "31", "25")
    assert store.preview([first, second]).new_observations == 2
    changes = store.add([first, second], "Both")
    assert (changes.added, changes.known, store.revision("A")) == (2, 1, 1)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("name", "DEMO, Somebody Else", "name"),
        ("mrn", "MRN 2", "record number"),
        ("birth_date", date(1965, 3, 15), "birth date"),
        ("sex", "M", "sex"),
    ],
)
def test_H03_another_identity_under_a_known_key_is_refused(store: Store, field: str, value: object, word: str) -> None:
    store.add([drawn()], "Add")
    other = replace(drawn(), case=replace(drawn().case, patient=replace(drawn().case.patient, **{field: value})))
    with pytest.raises(UserError, match=f"D-100482: {word} is recorded as"):
        store.add([other], "Import")
    assert facts_of(store.history("D-100482")) == facts_of(drawn())


@pytest.mark.parametrize("same", ["DEMO, INES  ALVAREZ", "Demo, Ines Alvarez", "ＤＥＭＯ, Ines Alvarez"])
def test_H03_the_way_a_name_is_typed_is_no_other_identity(store: Store, same: str) -> None:
    store.add([drawn()], "Add")
    assert store.add([replace(drawn(), case=replace(drawn().case, patient=Patient(same)))], "Import").cases == frozenset()
    assert store.history("D-100482").case.patient.name == "DEMO, Ines Alvarez"


@pytest.mark.parametrize("mrn", ["100-482", "100 482", "100.482", "100\u2011482", "１００４８２"])
def test_H03_a_record_number_belongs_to_one_case(store: Store, mrn: str) -> None:
    store.add([sized("A", "31", patient=Patient(mrn="100482"))], "Add")
    with pytest.raises(UserError, match="belongs to the case A already"):
        store.add([sized("B", "31", patient=Patient(mrn=mrn))], "Import")
    with pytest.raises(UserError, match="belongs to the case C already"):
        store.add([sized("C", patient=Patient(mrn="7-7")), sized("D", patient=Patient(mrn="77"))], "Import")
    assert [row.key for row in store.cases()] == ["A"]


def test_H03_leading_zeros_count_and_a_number_needs_a_sign(store: Store) -> None:
    store.add([sized("A", patient=Patient(mrn="7")), sized("B", patient=Patient(mrn="007"))], "Add")
    assert len(store.cases()) == 2
    with pytest.raises(UserError, match="holds no letter and no digit"):
        store.add([sized("C", patient=Patient(mrn="-."))], "Add")


def test_H03_a_filled_record_number_is_compared_too(store: Store) -> None:
    store.add([sized("A", patient=Patient(mrn="7")), sized("B")], "Add")
    with pytest.raises(UserError, match="belongs to the case A already"):
        store.add([sized("B", patient=Patient(mrn="7"))], "Import")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("DEMO, Ines Alvarez", "DEMO, Ines Alvares", True),
        ("DEMO, Ines Alvarez", "Ines Alvarez DEMO", True),
        ("Müller, Anna", "MÜLLER, ANNA", True),
        ("DEMO, Ines Alvarez", "Petrova, Olga", False),
    ],
)
def test_H03_a_similar_name_and_the_same_birth_date_are_a_warning(store: Store, one: str, other: str, alike: bool) -> None:
    born = date(1965, 3, 14)
    store.add([sized("A", patient=Patient(one, "1", born))], "Add")
    merge = store.preview([sized("B", patient=Patient(other, "2", born))])
    assert merge.problems == ()
    assert bool(merge.warnings) == alike
    assert not store.preview([sized("B", patient=Patient(one, "2", born + timedelta(1)))]).warnings


def test_H03_adding_and_undoing_leaves_no_case(store: Store) -> None:
    store.add([drawn()], "Add")
    before = store.history("D-100482")
    store.add([sized("B", "31"), replace(drawn(), visits=(*drawn().visits, Visit("v9", "surgery", 3)))], "Merge")
    store.undo()
    assert not store.has("B")
    assert facts_of(store.history("D-100482")) == facts_of(before)


def test_keys_and_labels_that_differ_in_capitals_only_are_refused(store: Store) -> None:
    store.add([sized("case a", "31")], "Add")
    assert not store.has("CASE A")
    for wrong in ([sized("Case A", "31")], [sized("x", "31"), sized("X", "31")]):
        with pytest.raises(UserError, match="in capitals only"):
            store.add(wrong, "Import")
    with pytest.raises(UserError, match="lesion “Primary” differs from “primary”"):
        store.add([sized("case a", "31", lesion="Primary")], "Import")


def test_an_unknown_analyte_is_refused(store: Store) -> None:
    wrong = replace(sized("A"), visits=(Visit("1", "baseline", 0),), observations=(Observation("1", "1", "size.girth", "big"),))
    with pytest.raises(UserError, match=r"“size\.girth” is not an analyte"):
        store.add([wrong], "Import")


@pytest.mark.parametrize(
    ("value", "node", "accepted"),
    [
        (millimetres("500"), False, True),
        (millimetres("500.1"), False, False),
        (millimetres("200"), True, True),
        (millimetres("200.1"), True, False),
        (millimetres("-1"), False, False),
        (Quantity(Decimal("41"), "cm"), False, False),
        (Quantity(Decimal("600"), "mm", ">"), False, False),
    ],
)
def test_H05_the_store_itself_refuses_what_is_out_of_range_or_unit(store: Store, value: Quantity, node: bool, accepted: bool) -> None:
    good = sized("A", "31")
    lesions = tuple(replace(lesion, kind="node") for lesion in good.lesions) if node else good.lesions
    history = replace(good, lesions=lesions, observations=(replace(good.observations[0], value=value),))
    if accepted:
        assert store.add([history], "Add").added == 1
        return
    with pytest.raises(UserError, match=r"outside the hard range or not in the unit of size\.diameter"):
        store.add([history], "Add")
    assert store.cases() == ()


def test_zero_ctdna_is_refused_by_the_store(store: Store) -> None:
    zero = Observation("1", "1", "ctdna.vaf", Quantity(Decimal(0), "%"))
    with pytest.raises(UserError, match="hard range"):
        store.add([History(sized("A").case, (), (Visit("1", "baseline", 0),), (zero,))], "Add")


# corrections


def test_a_correction_keeps_the_rest_and_the_old_value_in_the_record(store: Store) -> None:
    store.add([drawn()], "Add")
    before = store.history("D-100482")
    target = before.observations[2]
    changes = store.correct("D-100482", target.id, millimetres("41.5"), entered="4.15 cm", warnings=("doubted",), reason=" typing error ", revision=1)
    assert changes.cases == {"D-100482"}
    after = store.history("D-100482")
    expected = [replace(seen, value=millimetres("41.5"), entered="4.15 cm", warnings=("doubted",)) if seen.id == target.id else seen for seen in before.observations]
    assert list(after.observations) == expected
    entry = store.journal("D-100482")[-1]
    assert entry.what == "Tumour diameter of primary, after C2: 30 mm → 41.5 mm"
    assert (entry.old, entry.new, entry.reason, entry.by, entry.op) == ("30 mm", "41.5 mm", "typing error", "Coordinator", "update")


def test_a_number_may_be_corrected_to_a_code_and_back(store: Store) -> None:
    store.add([sized("A", "31")], "Add")
    seen = store.history("A").observations[0].id
    store.correct("A", seen, "NE", entered="NE", reason="artefact")
    assert store.history("A").observations[0].value == "NE"
    store.correct("A", seen, millimetres("31.0"), entered="31.0 mm", reason="read again")
    assert str(store.history("A").observations[0].value) == "31.0 mm"


def test_H27_a_correction_on_an_older_revision_is_refused(store: Store) -> None:
    store.add([sized("A", "31")], "Add")
    seen = store.history("A").observations[0].id
    store.correct("A", seen, millimetres("32"), entered="32", reason="first", revision=1)
    with pytest.raises(UserError, match="changed meanwhile; nothing was saved"):
        store.correct("A", seen, millimetres("33"), entered="33", reason="second", revision=1)
    assert str(store.history("A").observations[0].value) == "32 mm"
    assert store.revision("A") == 2


def test_a_correction_without_reason_target_or_difference_is_refused(store: Store) -> None:
    store.add([sized("A", "31"), sized("B", "30")], "Add")
    seen, other = (store.history(key).observations[0].id for key in "AB")
    for key, target, value, reason, sentence in (
        ("A", seen, "32", " ", "needs a reason"),
        ("A", seen, "31", "why", "31 mm already"),
        ("A", other, "32", "why", "has no observation"),
        ("X", seen, "32", "why", "no case X"),
        ("A", seen, "500.1", "why", "outside what Tumour diameter can be"),
    ):
        with pytest.raises(UserError, match=sentence):
            store.correct(key, target, millimetres(value), entered=value, reason=reason)
    assert store.revision("A") == store.revision("B") == 1


# one writer


def test_H27_a_second_writer_is_told_and_a_reader_goes_on_beside(store: Store, path: Path, catalog: Catalog) -> None:
    store.add([sized("A", "31")], "Add")
    with pytest.raises(UserError, match="open for writing in another window") as caught:
        Store.open(path, catalog, by="B")
    assert "read-only" in caught.value.remedy
    with Store.open(path, catalog, by="B", read_only=True) as reader:
        assert reader.read_only
        assert facts_of(reader.history("A")) == facts_of(sized("A", "31"))
        store.add([sized("A", "31", "30")], "More")
        assert len(reader.history("A").observations) == 2
        for write in (
            lambda: reader.add([sized("B")], "Add"),
            lambda: reader.correct("A", "1", "NE", entered="NE", reason="why"),
            reader.undo,
            reader.redo,
        ):
            with pytest.raises(UserError, match="read-only; nothing was changed"):
                write()
    assert store.add([sized("B", "3")], "Still writing").added == 1


def test_H27_the_lock_is_given_back_also_when_opening_fails(store: Store, path: Path, catalog: Catalog, behind: Callable[..., list[object]]) -> None:
    store.close()
    behind("PRAGMA user_version = 99")
    for _ in range(2):
        with pytest.raises(UserError, match="newer version"):
            Store.open(path, catalog, by="A")


def test_the_connection_belongs_to_its_thread(store: Store) -> None:
    caught: list[BaseException] = []

    def read() -> None:
        try:
            store.cases()
        except BugError as error:
            caught.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert len(caught) == 1


# invented cases


def test_H42_every_case_of_a_demo_store_is_marked(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "demo.nac"
    with Store.create(path, catalog, by="A", fictitious=True) as store:
        store.add([drawn(), replace(drawn("D-2", fictitious=True), visits=drawn().visits)], "Demo")
    with Store.open(path, catalog, by="A") as store:
        assert store.fictitious
        assert all(store.history(row.key).case.fictitious for row in store.cases())


def test_H42_an_invented_case_does_not_get_among_patients(store: Store) -> None:
    with pytest.raises(UserError, match="an invented case"):
        store.add([drawn(fictitious=True)], "Import")
    assert not store.fictitious


# order and record


def test_new_visits_find_their_place(store: Store) -> None:
    def visits(*names: str) -> History:
        return replace(sized("A"), visits=tuple(Visit(str(place), name, place) for place, name in enumerate(names)))

    store.add([visits("baseline", "after C2", "surgery")], "First")
    store.add([visits("Baseline", "after C1", "after C2")], "Between")
    store.add([visits("screening", "baseline")], "Before")
    store.add([visits("surgery", "follow-up")], "After")
    again = store.history("A")
    assert [visit.name for visit in again.visits] == ["screening", "baseline", "after C1", "after C2", "surgery", "follow-up"]
    assert [visit.place for visit in again.visits] == [0, 1, 2, 3, 4, 5]
    assert store.check(deep=True) == ()


def test_H33_the_record_is_ordered_by_number_when_the_clock_goes_back(path: Path, catalog: Catalog) -> None:
    times = iter(datetime(year, 1, 19, 3, 14, 8, tzinfo=UTC) for year in (2026, 1970, 2038, 2100, 2027))
    with Store.create(path, catalog, by="A", clock=lambda: next(times)) as store:
        for key in "ABCD":
            store.add([sized(key, "31")], f"Add {key}")
        store.undo()
        entries = store.journal()
    assert [entry.seq for entry in entries] == sorted(entry.seq for entry in entries)
    assert [entry.label for entry in entries if entry.table == "case_record"] == ["Add A", "Add B", "Add C", "Add D", "Undo: Add D"]
    assert [entry.clock_back for entry in entries if entry.table == "case_record"] == [False, True, False, False, True]
    assert entries[0].at == "2026-01-19T03:14:08.000000+00:00"


def test_the_record_tells_every_change_in_words(store: Store) -> None:
    store.add([sized("A", "31")], "Import")
    store.add([sized("A", "31.0", regimen="FLOT")], "Fill")
    store.correct("A", store.history("A").observations[0].id, "ABSENT", entered="ABSENT", reason="gone")
    store.undo()
    store.undo()
    store.undo()
    assert [entry.what for entry in store.journal("A")] == [
        "added case A",
        "added lesion primary: kind mass; role target",
        "added time point baseline: completed cycles 0",
        "added Tumour diameter of primary, baseline: 31 mm; method CT",
        "case A: regimen not recorded → FLOT",
        "Tumour diameter of primary, baseline: 31 mm → ABSENT",
        "Tumour diameter of primary, baseline: ABSENT → 31 mm",
        "case A: regimen FLOT → not recorded",
        "removed Tumour diameter of primary, baseline: 31 mm; method CT",
        "removed time point baseline: completed cycles 0",
        "removed lesion primary: kind mass; role target",
        "removed case A",
    ]
    assert store.journal("B") == ()
    assert store.journal() == store.journal("A")


def test_a_history_that_speaks_of_a_visit_it_does_not_hold_is_our_fault(store: Store) -> None:
    with pytest.raises(BugError):
        store.add([replace(sized("A", "31"), visits=())], "Add")
    with pytest.raises(BugError):
        store.add([replace(sized("A", "31"), lesions=())], "Add")
    assert store.cases() == ()


def test_text_that_cannot_be_stored_is_a_sentence(store: Store) -> None:
    with pytest.raises(UserError, match="cannot be stored"):
        store.add([sized("A", "31", diagnosis="half a \ud800 character")], "Add")
    assert store.cases() == ()
