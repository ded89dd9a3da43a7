"""The reference on paper, and the basis behind a handout: the same lines as on screen, and nobody's case where none belongs."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nacdesk.domain.explain import explain
from nacdesk.domain.facts import History, Patient
from nacdesk.domain.judgements import Review
from nacdesk.domain.reference import KINDS, pages
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.report import handout, reference
from nacdesk.report.basis import HEADING
from tests.histories import drawn
from tests.report.conftest import PRINTED_AT, page_texts, reader_of

Judged = Callable[[History], Review]


def squeezed(text: str) -> str:
    """Without blanks: a line is broken wherever the paper ends."""
    return re.sub(r"\s+", "", text)


def printed(texts: list[str]) -> str:
    """The pages run together without head and foot, where a line could be torn by them."""
    return squeezed(" ".join(texts))


def test_the_reference_holds_every_line_of_every_page(catalog: Catalog) -> None:
    made = pages(catalog)
    bodies = []
    for text in page_texts(reference.build(made, catalog, printed_at=PRINTED_AT)):
        body = text.partition("Reference to the rule set page ")[0]
        bodies.append(body)
    whole = squeezed(" ".join(bodies))
    lines = [line for page in made for part in page.parts for line in part.lines]
    torn = [line for line in lines if squeezed(line) not in whole]
    assert len(torn) <= len(bodies), torn[:3]  # at most one paragraph runs on from each page to the next
    assert all(squeezed(line[:20]) in whole for line in torn)
    assert all(kind in " ".join(bodies) for kind in KINDS)


def test_the_reference_says_what_it_rests_on_and_numbers_its_pages(catalog: Catalog) -> None:
    made = reference.build(pages(catalog), catalog, printed_at=PRINTED_AT)
    texts = page_texts(made)
    assert len(texts) > 30
    for number, text in enumerate(texts, start=1):
        for words in (f"page {number} of {len(texts)}", catalog.digest[:12], catalog.standing, catalog.statement, "no site changes", "Printed 21 Nov 2026 19:42"):
            assert words in text, words
    outline = [entry.title for entry in reader_of(made).outline]
    assert [title for title in outline if title in KINDS] == list(KINDS)


def test_one_page_alone_can_be_printed(catalog: Catalog, tmp_path: Path) -> None:
    page = next(page for page in pages(catalog) if page.id == "NAC-01")
    path = tmp_path / "rule.pdf"
    reference.write([page], catalog, path, printed_at=PRINTED_AT)
    (text,) = page_texts(path)
    assert catalog.rules["NAC-01"].says in text
    assert "NAC-02" not in text


def test_H22_only_an_older_reference_gives_way(catalog: Catalog, tmp_path: Path, drawn_case: Review) -> None:
    path, other = tmp_path / "reference.pdf", tmp_path / "case.pdf"
    for _ in range(2):
        reference.write(pages(catalog), catalog, path, printed_at=PRINTED_AT)
    handout.write(drawn_case, other, printed_at=PRINTED_AT)
    before = other.read_bytes()
    with pytest.raises(UserError, match="not a reference"):
        reference.write(pages(catalog), catalog, other, printed_at=PRINTED_AT)
    assert other.read_bytes() == before
    with pytest.raises(UserError, match="not a handout of this case"):
        handout.write(drawn_case, path, printed_at=PRINTED_AT)


def test_site_changes_are_counted_in_the_foot(catalog: Catalog) -> None:
    changed = replace(catalog, overrides=("NAC-01: Threshold decrease_pct 10 → 15, changed by this site: audit.",))
    assert "1 site change" in page_texts(reference.build(pages(changed)[:1], changed, printed_at=PRINTED_AT))[0]


# The basis behind a handout


def test_the_handout_stays_on_two_pages_and_its_basis_begins_on_the_third(samples: dict[str, History], judged: Judged) -> None:
    for name, history in samples.items():
        case = judged(history)
        plain, longer = (handout.build(case, printed_at=PRINTED_AT, basis=basis) for basis in (False, True))
        assert len(plain.proofs) == 2, name
        assert len(longer.proofs) > 3
        if not name.startswith(("01", "10")):
            continue
        first, more = ([page.extract_text() for page in reader_of(one).pages[:3]] for one in (plain, longer))
        first, more = ([" ".join(text.split()) for text in texts] for texts in (first, more))
        assert HEADING not in " ".join(first)
        assert more[2].startswith(("FICTITIOUS DEMONSTRATION CASE", HEADING))
        assert HEADING in more[2]
        pages_of = re.compile(r"page \d+ of \d+")
        assert [pages_of.sub("", text) for text in more[:2]] == [pages_of.sub("", text) for text in first]


def test_every_criterion_is_explained_on_paper_as_on_screen(samples: dict[str, History], judged: Judged) -> None:
    for sample in ("01-primary-resistance", "10-almost-nothing-recorded"):
        case = judged(samples[sample])
        name = case.history.case.patient.name or ""
        texts = page_texts(handout.build(case, printed_at=PRINTED_AT, basis=True))[2:]
        whole = printed([text.rpartition(f"{name} · b.")[0] or text for text in texts])
        shown = [explain(result, case) for result in case.rules if result.state != "not_applicable"]
        lines = [line for one in shown for part in (*one.basis, *one.about) for line in part.lines] + [one.said for one in shown]
        torn = [line for line in dict.fromkeys(lines) if squeezed(line) not in whole]
        assert len(torn) <= len(texts), torn[:3]
        for result in case.rules:
            assert (squeezed(f"{result.rule} · {case.catalog.rules[result.rule].name}") in whole) == any(one.rule == result.rule for one in shown)


def test_H21_the_pages_of_the_basis_carry_identity_and_provenance(drawn_case: Review) -> None:
    texts = page_texts(handout.build(drawn_case, printed_at=PRINTED_AT, basis=True))
    for number, text in enumerate(texts, start=1):
        assert "DEMO, Ines Alvarez · b. 1965-03-14 · MRN D-100482" in text
        assert f"page {number} of {len(texts)}" in text
        assert drawn_case.catalog.digest[:12] in text


def test_H42_the_pages_of_the_basis_carry_the_watermark(drawn_case: Review) -> None:
    assert all("FICTITIOUS DEMONSTRATION CASE" in text for text in page_texts(handout.build(drawn_case, printed_at=PRINTED_AT, basis=True)))


def test_a_deidentified_basis_names_nobody(judged: Judged) -> None:
    case = judged(drawn("case 7", patient=Patient("ALVAREZ, Quirina", "MR-55501", date(1965, 3, 14), "F")))
    whole = " ".join(page_texts(handout.build(case, printed_at=PRINTED_AT, deidentified=True, basis=True)))
    assert HEADING in whole
    assert not re.search("alvarez|quirina|55501|1965", whole, re.IGNORECASE)


def test_the_basis_is_printed_in_type_of_full_size(drawn_case: Review) -> None:
    sizes: dict[str, set[float]] = {}
    for place, page in enumerate(reader_of(handout.build(drawn_case, printed_at=PRINTED_AT, basis=True)).pages[:4]):

        def seen(text: str, ctm: list[float], matrix: list[float], _font: object, size: float, place: int = place) -> None:
            if text.strip():
                sizes.setdefault(f"{place}{'basis' if 'The rule' in text else ''}", set()).add(round(size * ctm[0] * matrix[0], 1))

        page.extract_text(visitor_text=seen)
    assert sizes["2basis"] == {7.2}
    assert max(sizes["2"]) > 9


# Intended use


def test_the_intended_use_is_the_same_on_paper_and_in_the_readme(catalog: Catalog, samples: dict[str, History], judged: Judged) -> None:
    readme = " ".join((Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8").split())
    section = readme.partition("## Intended use")[2].partition("## ")[0]
    small_print = page_texts(handout.build(judged(samples["01-primary-resistance"]), printed_at=PRINTED_AT))[1]
    paper = page_texts(reference.build(pages(catalog)[:1], catalog, printed_at=PRINTED_AT))[0]
    for sentence in catalog.intended_use.sentences:
        assert sentence in section
        assert sentence in small_print
        assert sentence in paper
