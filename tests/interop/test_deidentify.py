"""A copy without who it is about: no canary survives, no interval changes."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings

import nacdesk.catalog
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.interop import bundle, table
from nacdesk.interop.deidentify import DAY_ZERO, deidentified
from nacdesk.interop.read import read
from tests.interop.strategies import histories

CATALOG = nacdesk.catalog.load()
CANARIES = ("ZEBRA", "4711", "1965", "2026", "17.03", "Dr Okapi", "Gnu Scanner", "K-77")

HISTORY = History(
    Case(
        key="K-77",
        patient=Patient("ZEBRA, Quokka", "MRN 4711", date(1965, 3, 14), "F"),
        diagnosis="Gastric cancer, Zebra family",
        stage="cT3 (2026)",
        regimen="FLOT from 2026-03-17",
        context="breast_tnbc",
    ),
    (Lesion("zebra node", "node", organ="node"), Lesion("fragment", origin=("zebra node",))),
    (Visit("1", "2026-03-01", 0, 0), Visit("2", "scan of 17.03.2026", 1), Visit("3", "scan of 18.03.2026", 2), Visit("4", "C1", 3)),
    (
        Observation(
            id="a",
            visit="1",
            analyte="size.diameter",
            value=Quantity(Decimal("31.0"), "mm"),
            date=date(2026, 3, 1),
            lesion="zebra node",
            reader="Dr Okapi",
            scanner="Gnu Scanner",
            note="called Ms Zebra",
            entered="31.0 mm",
        ),
        Observation("b", "2", "biomarkers.tp53", "p.R175H (K-77)", date(2026, 3, 17), entered="p.R175H (K-77)", method="panel 2026-03"),
        Observation("c", "3", "status.ecog", Quantity(Decimal(1), ""), partial_date="2026-03"),
        Observation("d", "4", "treatment.cycle", Quantity(Decimal(1), ""), date(2026, 3, 5)),
        Observation("e", "4", "path.pcr", "no", date(2026, 3, 6)),
    ),
)


def test_no_canary_is_left_in_any_export(tmp_path: Path) -> None:
    (copy,) = deidentified([HISTORY], CATALOG)
    bundle.write([copy], tmp_path / "copy.json")
    table.write([copy], CATALOG, tmp_path / "copy.csv")
    texts = (repr(copy), (tmp_path / "copy.csv").read_text(), json.dumps(json.loads((tmp_path / "copy.json").read_text()), ensure_ascii=False))
    for text in texts:
        assert [canary for canary in CANARIES if canary.casefold() in text.casefold()] == []
    assert read([tmp_path / "copy.csv"], CATALOG).problems == ()


def test_what_stays() -> None:
    (copy,) = deidentified([HISTORY], CATALOG)
    assert (copy.case.key, copy.case.patient, copy.case.context) == ("anonymous-1", Patient(sex="F"), "breast_tnbc")
    assert (copy.case.diagnosis, copy.case.stage, copy.case.regimen) == ("Gastric cancer, … family", "cT3 (…)", "FLOT from 2000-01-13")
    assert [visit.name for visit in copy.visits] == ["1999-12-28", "scan of …", "scan of … (2)", "C1"]
    assert [lesion.label for lesion in copy.lesions] == ["… node", "fragment"]
    assert copy.lesions[1].origin == ("… node",)
    first, variant, _, cycle, answer = copy.observations
    assert (first.date, first.reader, first.scanner, first.note, first.lesion, first.entered) == (date(1999, 12, 28), "reader 1", "scanner 1", None, "… node", "31.0 mm")
    assert (variant.value, variant.method) == ("p.R175H (…)", "panel …")
    assert cycle.date == DAY_ZERO
    assert answer.value == "no"


def test_a_code_is_never_scrubbed_for_a_name() -> None:
    named = replace(HISTORY, case=replace(HISTORY.case, patient=Patient("Absent, Yes")))
    rows = (replace(HISTORY.observations[0], value="ABSENT", entered="ABSENT"), replace(HISTORY.observations[4], value="yes"))
    (copy,) = deidentified([replace(named, observations=rows)], CATALOG)
    assert [row.value for row in copy.observations] == ["ABSENT", "yes"]


def test_keys_are_numbered_in_order() -> None:
    assert [copy.case.key for copy in deidentified([HISTORY, HISTORY], CATALOG)] == ["anonymous-1", "anonymous-2"]
    (bare,) = deidentified([History(Case("K"))], CATALOG)
    assert bare == History(Case("anonymous-1"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories(CATALOG))
def test_intervals_and_measurements_stay(history: History) -> None:
    (copy,) = deidentified([history], CATALOG)
    shifts = {new.date - old.date for new, old in zip(copy.observations, history.observations, strict=True) if old.date and new.date}
    assert len(shifts) <= 1
    assert all((old.date is None) == (new.date is None) for new, old in zip(copy.observations, history.observations, strict=True))
    dated = [row.date for row in copy.observations if row.date and row.analyte == "treatment.cycle"] or [row.date for row in copy.observations if row.date]
    assert min(dated, default=DAY_ZERO) - DAY_ZERO == timedelta(0)
    assert [row.quantity for row in copy.observations] == [row.quantity for row in history.observations]
    assert len({visit.name for visit in copy.visits}) == len(history.visits)
    assert len({lesion.label for lesion in copy.lesions}) == len(history.lesions)
