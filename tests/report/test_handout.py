"""What a board reads: the case, the flags as judged, the options, the provenance; and nothing that it must not read."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import nacdesk
from nacdesk.catalog import DIRECTIVE
from nacdesk.charts import palette
from nacdesk.charts.build import timeline_chart
from nacdesk.charts.model import ChartView
from nacdesk.domain.facts import History, Lesion, Observation, Patient, Visit
from nacdesk.domain.judgements import Review
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop.read import read
from nacdesk.report import handout
from nacdesk.report.drawing import Pen
from nacdesk.report.pages import Paper, Symbol
from nacdesk.report.sections import SEVERITY_WORDS, STATUS_WORDS
from tests.histories import drawn, histories
from tests.report.conftest import PRINTED_AT, page_texts, reader_of

Judged = Callable[[History], Review]


def texts(case: Review, **more: object) -> list[str]:
    return page_texts(handout.build(case, printed_at=PRINTED_AT, **more))  # type: ignore[arg-type]  # the arguments of build, passed on


def whole(case: Review, **more: object) -> str:
    return " ".join(texts(case, **more))


# Two pages


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_drawn_case_fits_two_pages(drawn_case: Review, shared: Path, catalog: Catalog, paper: Paper) -> None:
    history = read([shared / "design/drawn-case.csv"], catalog).histories[0]
    for case in (drawn_case, review(history, catalog, None)):
        printed = handout.build(case, printed_at=PRINTED_AT, paper=paper)
        pages = reader_of(printed).pages
        assert len(pages) == 2
        assert (round(pages[0].mediabox.width), round(pages[0].mediabox.height)) == ((595, 842) if paper == "A4" else (612, 792))


def test_every_fictitious_case_fits_two_pages(samples: dict[str, History], judged: Judged) -> None:
    for name, history in samples.items():
        assert len(texts(judged(history))) == 2, name


def test_the_page_has_what_the_board_asks_for(drawn_case: Review) -> None:
    first, second = texts(drawn_case)
    for words in (
        "Tumour board summary", "Data as of 19 Oct 2026", "Printed 21 Nov 2026 19:42", "DEMO, Ines Alvarez · F · b. 1965-03-14 (61 y)", "D-100482",
        "Oesophageal adenocarcinoma, cT3 N1 M0", "FLOT (perioperative) q14d · cycle 3 of 4 given (C3 +6 d, 80 %)", "HER2 IHC 3+ · PD-L1 CPS 12 · MSI MSS",
        "ECOG 1", "Neuropathy grade 1 (17 Oct 2026)", "SUVmax", "ctDNA", "six days late",
    ):  # fmt: skip
        assert words in first, words
    for words in ("Options to discuss", "Decision of the board", "Responsible Next review Signature", "How this was judged", "Sources", "Discussed Preferred"):
        assert words in second, words
    assert drawn_case.catalog.evidence_note in second


def test_flags_are_printed_as_judged(drawn_case: Review) -> None:
    first = texts(drawn_case)[0]
    assert drawn_case.flags
    for flag in drawn_case.flags:
        rule = drawn_case.catalog.rules[flag.result.rule]
        assert flag.result.sentence in first
        assert f"{rule.id} · grade {rule.grade} [" in first
        assert f"{flag.number} {SEVERITY_WORDS[flag.result.severity]} {rule.name}" in first
        assert STATUS_WORDS[rule.status] in first
    assert "widely quoted threshold; no primary source found" in first


def test_what_could_not_be_judged_is_printed_with_its_reason(drawn_case: Review, samples: dict[str, History], judged: Judged) -> None:
    for case in (drawn_case, judged(samples["10-almost-nothing-recorded"])):
        first = texts(case)[0]
        assert "Not evaluable: " in first
        for result in case.cannot:
            assert result.reason is not None
            assert result.reason in first
            assert f"{case.catalog.rules[result.rule].name} {result.rule}" in first
        for result in case.clear:
            assert f"{case.catalog.rules[result.rule].name} {result.rule}" in first


def test_H18_no_flag_and_not_judged_are_different_words(samples: dict[str, History], judged: Judged) -> None:
    nothing, clean = whole(judged(samples["10-almost-nothing-recorded"])), whole(judged(samples["03-clean-response"]))
    assert "No criterion could be judged. This is not the absence of resistance" in nothing
    assert "No criterion met" not in nothing
    assert re.search(r"No criterion met of \d+ criteria that could be judged; \d+ could not be judged\.", clean)
    assert "No criterion could be judged" not in clean


def test_options_are_printed_with_conditions_in_words(drawn_case: Review) -> None:
    second = texts(drawn_case)[1]
    for row in drawn_case.options:
        assert row.option.name in second
        if row.group == "matched":
            assert row.option.trade_offs in second
            assert row.option.evidence_level in second
            assert row.option.wording.removeprefix("Option to discuss: ")[1:] in second
            assert all(check.text.removesuffix(" not recorded") in second for check in (*row.prerequisites, *row.cautions))
    her2 = next(row for row in drawn_case.options if row.option.id == "OGA-06")
    assert her2.group == "matched"
    assert her2.option.investigational_only
    assert second.count("Investigational: trial setting only") == sum(row.group == "matched" and row.option.investigational_only for row in drawn_case.options)
    assert f"ESCAT {her2.option.escat}" in second
    assert "Not met or not recorded: " in second


def test_every_source_number_is_listed_and_unreviewed_ones_are_marked(drawn_case: Review) -> None:
    text = whole(drawn_case)
    cited = {int(number) for group in re.findall(r"\[([\d, ]+)\]", text.partition("Behind each the rules")[0]) for number in group.split(",")}
    listed = [int(number) for number in re.findall(r"\[(\d+)\] ", text.partition("Behind each the rules")[2])]
    assert listed == list(range(1, len(cited) + 1))
    assert set(listed) == cited
    for key in {key for flag in drawn_case.flags for key in drawn_case.catalog.rules[flag.result.rule].sources}:
        assert drawn_case.catalog.sources[key].title.rstrip(".") in text
    assert "nreviewed" in text


def test_numbers_in_the_file_are_the_numbers_of_the_review(samples: dict[str, History], judged: Judged) -> None:
    for history in samples.values():
        case = judged(history)
        first, second = texts(case)
        table = timeline_chart(case, ChartView()).table
        printed = first.partition("Measurements")[2] or second.partition("Measurements")[2]
        assert " ".join(" ".join(row) for row in table.rows) in printed
        for visit in case.visits:
            if visit.size is not None and visit.size.sum_mm is not None:
                assert f"{visit.size.sum_mm:f}" in printed


def test_the_basis_names_baseline_reader_and_thresholds(drawn_case: Review) -> None:
    rows = tuple(replace(row, reader="R. Okafor") for row in drawn_case.history.observations)
    case = review(replace(drawn_case.history, observations=rows), drawn_case.catalog, None)
    text = whole(case)
    for why in case.baseline.values():
        assert why in text
    assert "Reader: R. Okafor." in text
    assert "NAC-01 decrease 10 %, cycles 2 to 3" in text
    assert "Reader: not recorded." in whole(drawn_case)


def test_site_overrides_are_named(drawn_case: Review) -> None:
    catalog = replace(drawn_case.catalog, overrides=("NAC-01: Threshold decrease_pct 10 → 15, changed by this site: agreed.",))
    text = whole(replace(drawn_case, catalog=catalog))
    assert "1 site override, on the last page" in text
    assert "Changed by this site: NAC-01: Threshold decrease_pct 10 → 15, changed by this site: agreed. Evidence" in text
    assert "no site overrides" in whole(drawn_case)


def test_H17_no_directive_words(samples: dict[str, History], judged: Judged) -> None:
    for history in samples.values():
        case = judged(history)
        said = " ".join(page.partition("Behind each the rules")[0] for page in texts(case))  # titles of sources are not ours
        assert not DIRECTIVE.search(said.replace(case.catalog.statement, ""))


# Every page


def test_H21_every_page_says_what_it_rests_on(drawn_case: Review) -> None:
    case = replace(drawn_case, history=replace(drawn_case.history, case=replace(drawn_case.history.case, revision=41)))
    printed = texts(case, head="7:9f3ac1")
    for number, page in enumerate(printed, start=1):
        foot = page[page.rindex("DEMO, Ines Alvarez · b. 1965-03-14 · MRN D-100482") :]
        for words in (
            f"page {number} of {len(printed)}", f"nacdesk {nacdesk.__version__}", f"rule set {case.catalog.version} (sha256 {case.catalog.digest[:12]})",
            case.catalog.standing, "no site overrides", "Data as of 19 Oct 2026", "case revision 41", "printed 21 Nov 2026 19:42", "journal 7:9f3ac1", case.catalog.statement,
        ):  # fmt: skip
            assert words in foot, words
        assert re.search(r"content [0-9a-f]{8} ", foot)


def test_H21_a_changed_fact_changes_the_content_digest(drawn_case: Review) -> None:
    def digest(case: Review) -> str:
        found = re.search(r"content ([0-9a-f]{8})", whole(case))
        assert found is not None
        return found[1]

    first, *rest = drawn_case.history.observations
    changed = replace(drawn_case, history=replace(drawn_case.history, observations=(replace(first, value=Quantity(Decimal("31.1"), "mm")), *rest)))
    renamed = replace(drawn_case, history=replace(drawn_case.history, case=replace(drawn_case.history.case, key="other", patient=Patient("DEMO, Other"))))
    assert digest(changed) != digest(drawn_case)
    assert digest(renamed) == digest(drawn_case)  # it holds nothing of who it is


def test_H22_each_file_of_a_batch_speaks_of_its_case_alone(tmp_path: Path, judged: Judged) -> None:
    names = [f"DEMO, Patient {first}{second}" for first in ("Ada", "Bea", "Cyd", "Dan", "Eva", "Fay") for second in ("line", "mund", "no", "ra", "vin")]
    for number, name in enumerate(names):
        history = drawn(f"B-{number:03}", patient=Patient(name, f"M{number:05}", date(1950, 1, 1 + number % 28), "F"))
        handout.write(judged(history), tmp_path / f"{number:03}.pdf", printed_at=PRINTED_AT, paper="Letter" if number % 2 else "A4")
    for number, name in enumerate(names):
        for page in page_texts(tmp_path / f"{number:03}.pdf"):
            assert f"{name} · b. 1950-01-{1 + number % 28:02} · MRN M{number:05}" in page
            assert not [other for other in names if other != name and other in page]


def test_H42_a_fictitious_case_is_watermarked_on_every_page(drawn_case: Review, judged: Judged) -> None:
    assert drawn_case.history.case.fictitious
    for page in texts(drawn_case):
        assert page.count("FICTITIOUS DEMONSTRATION CASE") == 2  # at the top right, and across the page
    assert "FICTITIOUS" not in whole(judged(drawn()))


# Legible in grey


def test_H19_severities_differ_by_shape_and_word_not_only_by_colour() -> None:
    drawn_as = {}
    for kind in ("alert", "watch", "info"):
        pen = Pen(100)
        Symbol(kind).draw(pen, 10, 10, 9)
        drawn_as[kind] = tuple(re.sub(r"[\d.]+ [\d.]+ [\d.]+ (rg|RG)\n", "", pen.written(None)).split())
    assert len(set(drawn_as.values())) == 3
    assert [sum(mark == "l" for mark in marks) for marks in drawn_as.values()] == [2, 3, 1]  # triangle, diamond, dot
    assert len(set(SEVERITY_WORDS.values())) == 3


def test_H19_text_reaches_the_contrast_of_print() -> None:
    paper = palette.colours("paper")
    for colour in (paper.ink, paper.muted, paper.alert, paper.watch, paper.info, paper.fine):
        for ground in ("#ffffff", "#faf1f0"):  # blank, and over the watermark
            assert palette.contrast(colour, ground) >= 4.5


# The file


def test_the_file_is_vectors_and_embedded_fonts_only(drawn_case: Review) -> None:
    reader = reader_of(handout.build(drawn_case, printed_at=PRINTED_AT))
    assert sum(len(page.images) for page in reader.pages) == 0
    fonts = {font["/BaseFont"]: font["/FontDescriptor"] for page in reader.pages for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())}
    assert {name.split("+")[1] for name in fonts} == {"DejaVuSansCondensed", "DejaVuSansCondensed-Bold"}
    assert all("/FontFile2" in descriptor for descriptor in fonts.values())
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(reader.trailer["/Root"])
    assert not any("/Annots" in page or "/AA" in page for page in reader.pages)


def test_metadata_has_a_title_and_names_nobody(drawn_case: Review) -> None:
    printed = handout.build(drawn_case, printed_at=PRINTED_AT)
    metadata = reader_of(printed).metadata
    assert metadata is not None
    assert metadata.title == "Tumour board summary"
    assert metadata.author == f"nacdesk {nacdesk.__version__}"
    said = " ".join(str(value) for value in metadata.values())
    assert not re.search(r"Ines|Alvarez|100482|1965", said)
    assert [entry.title for entry in reader_of(printed).outline][:2] == ["Tumour board summary", "Flags"]


def test_the_same_input_gives_the_same_bytes(drawn_case: Review) -> None:
    once, again = (handout.build(drawn_case, printed_at=PRINTED_AT).data for _ in range(2))
    assert once == again
    assert handout.build(drawn_case, printed_at=datetime(2026, 11, 21, 19, 43)).data != once


def test_it_is_made_without_Qt() -> None:
    code = "import sys, nacdesk.report.handout; sys.exit(any(name.startswith(('PySide6', 'pyqtgraph')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


# Without names


def test_a_deidentified_handout_names_nobody(tmp_path: Path, judged: Judged) -> None:
    case = judged(drawn("case 7", patient=Patient("ALVAREZ, Quirina", "MR-55501", date(1965, 3, 14), "F"), revision=3))
    path = tmp_path / "case.pdf"
    handout.write(case, path, printed_at=PRINTED_AT, deidentified=True)
    reader = reader_of(path)
    everything = " ".join(page_texts(path)) + str(reader.metadata) + path.read_bytes().decode("latin-1")
    assert not re.search("alvarez|quirina|55501|1965", everything, re.IGNORECASE)
    for page in page_texts(path):
        assert "De-identified · case case 7" in page
    assert "F · 61 y" in page_texts(path)[0]
    handout.write(case, path, printed_at=PRINTED_AT)  # the same case's file gives way


def test_a_key_that_is_the_record_number_is_withheld(tmp_path: Path, drawn_case: Review) -> None:
    path = tmp_path / "case.pdf"
    handout.write(drawn_case, path, printed_at=PRINTED_AT, deidentified=True)
    assert "100482" not in " ".join(page_texts(path)) + str(reader_of(path).metadata)
    assert "key withheld" in page_texts(path)[0]
    with pytest.raises(UserError, match="left as it is"):  # not even a digest tells whose it is
        handout.write(drawn_case, path, printed_at=PRINTED_AT, deidentified=True)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"diagnosis": "adenocarcinoma of Quirina Alvarez"}, "diagnosis"),
        ({"stage": "cT3, see MR-55501"}, "stage"),
        ({"regimen": "FLOT (born 1965-03-14)"}, "regimen"),
    ],
)
def test_text_that_names_the_patient_is_refused_in_a_deidentified_handout(judged: Judged, facts: dict[str, str], field: str) -> None:
    case = judged(drawn("case 7", patient=Patient("ALVAREZ, Quirina", "MR-55501", date(1965, 3, 14), "F"), **facts))
    with pytest.raises(UserError, match=f"The {field} names the patient"):
        handout.build(case, printed_at=PRINTED_AT, deidentified=True)
    handout.build(case, printed_at=PRINTED_AT)
    with pytest.raises(UserError, match="question"):
        handout.build(judged(drawn("case 7", patient=Patient("ALVAREZ, Quirina"))), printed_at=PRINTED_AT, deidentified=True, question="Quirina Alvarez: operate?")


# Text from data


def test_a_question_is_printed_in_its_box(drawn_case: Review) -> None:
    first = texts(drawn_case, question="Continue, change systemic treatment, or operate now?")[0]
    assert "Question for the board: Continue, change systemic treatment, or operate now?" in first
    assert "Question for the board" not in whole(drawn_case, question="  ")


@pytest.mark.parametrize("field", ["diagnosis", "note"])
def test_five_thousand_words_break_nothing(drawn_case: Review, field: str) -> None:
    long = " ".join(f"w{number}" for number in range(5000))
    history = drawn_case.history
    if field == "diagnosis":
        history = replace(history, case=replace(history.case, diagnosis=long))
    else:
        history = replace(history, observations=(replace(history.observations[0], note=long), *history.observations[1:]))
    pages = texts(replace(drawn_case, history=history))
    printed = re.findall(r"\bw\d+\b", " ".join(pages))
    assert printed == long.split()
    assert len(pages) > 3
    assert all(f"page {number} of {len(pages)}" in page and "DEMO, Ines Alvarez" in page for number, page in enumerate(pages, start=1))


def test_many_visits_and_lesions_are_all_printed(judged: Judged) -> None:
    lesions = tuple(Lesion(f"segment {number}") for number in range(14))
    visits = tuple(Visit(f"v{place}", "baseline" if not place else f"after C{place}", place, place) for place in range(60))
    seen = tuple(
        Observation(f"{visit.id}{lesion.label}", visit.id, "size.diameter", Quantity(Decimal(20 + visit.place), "mm"), lesion=lesion.label, method="CT")
        for visit in visits
        for lesion in lesions
    )
    case = judged(replace(drawn(), lesions=lesions, visits=visits, observations=seen))
    text = whole(case)
    for lesion in lesions:
        assert f"{lesion.label} " in text
    for visit in visits:
        assert text.count(f"— {visit.name} ") >= 2


def test_hostile_markup_is_printed_as_it_was_typed(judged: Judged) -> None:
    hostile = '<b><img src="file:///etc/passwd">'
    case = judged(drawn(diagnosis=hostile, patient=Patient(f"DEMO {hostile}", "<para>&amp;")))
    assert f"DEMO {hostile}" in texts(case)[0]
    assert f"{hostile}, cT3 N1 M0" in texts(case)[0]
    assert all("MRN <para>&amp;" in page for page in texts(case))


@pytest.mark.parametrize(("facts", "field"), [({"patient": Patient("김, 하늘")}, "“Patient”"), ({"diagnosis": "선암"}, "the diagnosis"), ({"regimen": "플롯"}, "the regimen")])
def test_a_character_that_the_font_lacks_is_refused_by_name(tmp_path: Path, judged: Judged, facts: dict[str, object], field: str) -> None:
    with pytest.raises(UserError, match=r"U\+[0-9A-F]{4}") as refusal:
        handout.write(judged(drawn(**facts)), tmp_path / "case.pdf", printed_at=PRINTED_AT)
    assert field in refusal.value.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_refused_label_is_named_whichever_sentence_it_stands_in(judged: Judged) -> None:
    history = drawn()
    renamed = tuple(replace(row, lesion="원발" if row.lesion == "primary" else row.lesion) for row in history.observations)
    with pytest.raises(UserError, match="in the lesion label cannot be printed"):
        handout.build(judged(replace(history, lesions=(Lesion("원발"), history.lesions[1]), observations=renamed)), printed_at=PRINTED_AT)


def test_a_long_name_is_whole_on_every_page(judged: Judged) -> None:
    name = "DEMO, " + " ".join(f"María-{number} de la Concepción" for number in range(12))
    pages = texts(judged(drawn(patient=Patient(name, "M-77", date(1950, 5, 5)))))
    assert len(pages) == 2
    assert all(f"{name} · b. 1950-05-05 · MRN M-77" in page for page in pages)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_any_history_is_printed_or_refused_with_a_sentence(judged: Judged, history: History) -> None:
    case = judged(history)
    try:
        printed = handout.build(case, printed_at=PRINTED_AT)
    except UserError:
        with pytest.raises(UserError, match=r"\(U\+[0-9A-F]{4,6}\) in .* cannot be printed"):
            handout.build(case, printed_at=PRINTED_AT)
        return
    pages = page_texts(printed)
    assert all(f"page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
