"""Pages fill, turn and split; nothing is lost on the way."""

import pytest

from nacdesk.report.pages import Grid, Identity, Pages, Paper, Symbol, column
from nacdesk.report.styles import BODY, TITLE, para
from tests.report.conftest import page_texts, reader_of

WHO = Identity("DEMO, Ana · b. 1970-01-01 · MRN 7", ("nacdesk", "data"))


def pages(paper: Paper = "A4", zoom: float = 1.0) -> Pages:
    made = Pages(paper, WHO, "Summary", zoom)
    made.head("Data as of 1 Jan 2026")
    return made


def test_a_row_taller_than_a_page_goes_on_overleaf() -> None:
    long = " ".join(f"w{number}" for number in range(5000))
    made = pages()
    made.grid(Grid((column("Left", 80), column("Right")), [[(para("short", where="x"),), (para(long, where="x"),)], [(Symbol("tick"),), (para("next", where="x"),)]]))
    texts = page_texts(made.finish("t", "s", "a"))
    assert len(texts) > 2
    assert "short w0 w1" in texts[0]
    printed = " ".join(texts).split()
    assert [word for word in printed if word[0] == "w" and word[1:].isdigit()] == long.split()
    assert all("Left Right" in text for text in texts)  # the heads on every page
    assert "next" in texts[-1]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_page_has_identity_number_and_running_title(paper: Paper) -> None:
    made = pages(paper)
    made.heading("Findings")
    made.paragraph(para(" ".join(["finding"] * 9000), where="x"))
    printed = made.finish("t", "s", "a")
    texts = page_texts(printed)
    assert len(texts) > 3
    for number, text in enumerate(texts, start=1):
        assert WHO.who in text
        assert f"page {number} of {len(texts)}" in text
        assert ("Findings" if number > 1 else "Summary") in text
    assert sum(text.split().count("finding") for text in texts) == 9000
    width, height = reader_of(printed).pages[0].mediabox[2:]
    assert (round(width), round(height)) == ((595, 842) if paper == "A4" else (612, 792))


def test_a_heading_stays_with_what_follows() -> None:
    made = pages()
    while made.room > 30:
        made.paragraph(para("text", where="x"))
    made.heading("Sources", keep=30)
    made.paragraph(para("after", where="x"))
    first, second = page_texts(made.finish("t", "s", "a"))
    assert "Sources" not in first
    assert second.startswith("Sources")
    assert second.count("Sources") == 1  # as the page's title, not twice
    assert "after" in second


def test_smaller_type_puts_more_on_a_page() -> None:
    counts = []
    for zoom in (1.0, 0.8):
        made = pages(zoom=zoom)
        made.paragraph(para("word " * 3000, where="x"))
        counts.append(made.filled)
        assert page_texts(made.finish("t", "s", "a"))[0].startswith("Summary")
    assert counts[1] < counts[0] * 0.75


def test_nothing_is_printed_outside_the_paper() -> None:
    made = pages("Letter", 0.87)
    made.paragraph(para("x" * 4000, where="x"), boxed=True)
    made.head("y" * 400)
    made.blanks(3, 15, ("Responsible", "Signature"))
    reader = reader_of(made.finish("t", "s", "a"))
    spots: list[tuple[float, float, str]] = []

    def visit(text: str, cm: list[float], tm: list[float], *rest: object) -> None:
        if text.strip():
            spots.append((cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5], text))

    for page in reader.pages:
        page.extract_text(visitor_text=visit)
    assert spots
    assert all(20 < x < 612 and 10 < y < 792 for x, y, _ in spots)


def test_the_outline_leads_to_the_headings() -> None:
    made = pages()
    made.heading("One")
    made.section("Two")
    made.heading("Three")
    outline = reader_of(made.finish("t", "s", "a")).outline
    assert [entry.title for entry in outline] == ["Summary", "One", "Two", "Three"]


def test_a_paragraph_knows_its_height() -> None:
    text = para("word " * 50, where="x")
    assert text.height(200) == len(text.lines(200)) * BODY.leading
    assert para("Title", style=TITLE, where="x").width == pytest.approx(34, abs=5)
