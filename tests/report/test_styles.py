"""Text on paper: nothing but a named refusal ever comes of it, and what is printed is what was typed."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from nacdesk.errors import UserError
from nacdesk.report import styles
from nacdesk.report.styles import Paragraph, Run, para, strong

ANY_TEXT = st.text(st.characters(), max_size=60)
PRINTABLE = st.text(st.sampled_from("aZ09 .,%−→≥µéßΩЖ▲☐<>&\"'\\()"), max_size=80)


def said(paragraph: Paragraph, width: float = 1e6) -> str:
    return " ".join("".join(span.text for span in line) for line in paragraph.lines(width))


@given(ANY_TEXT, st.floats(1, 500))
def test_any_text_is_printed_or_refused_by_name(text: str, width: float) -> None:
    try:
        lines = para(text, where="the note").lines(width)
    except UserError as refusal:
        named = re.search(r"U\+([0-9A-F]{4,6})\) in the note", refusal.sentence)
        assert named is not None
        assert chr(int(named[1], 16)) in unicodedata.normalize("NFC", text)
    else:
        assert all(ord(character) in styles.font(False).face.charToGlyph for line in lines for span in line for character in span.text)


@given(PRINTABLE, st.floats(3, 300))
def test_no_character_is_lost_and_no_line_is_too_long(text: str, width: float) -> None:
    paragraph = para(text, where="the note")
    lines = paragraph.lines(width)
    assert "".join(span.text for line in lines for span in line).replace(" ", "") == "".join(text.split())
    for line in lines:
        (span,) = line
        assert len(span.text) == 1 or styles.measure(span.text, styles.BODY.size) <= width + 1e-6


@given(PRINTABLE, st.booleans(), st.sampled_from((6.4, 8.0, 14.4)))
def test_measures_as_reportlab_does(text: str, bold: bool, size: float) -> None:
    styles.font(bold)
    assert styles.measure(text, size, bold) == pytest.approx(stringWidth(text, styles.BOLD if bold else styles.REGULAR, size))


def test_markup_is_printed_as_it_was_typed() -> None:
    hostile = '<b>x</b><img src="file:///etc/passwd"/><a href="http://x">y</a> & &lt; <para'
    assert said(para(hostile, where="the note")) == hostile


@pytest.mark.parametrize(
    ("character", "code"),
    [("한", "U+D55C"), ("漢", "U+6F22"), ("😀", "U+1F600"), ("ש", "U+05E9"), ("ع", "U+0639"), ("\ud800", "U+D800"), ("\ue000", "U+E000")],
)
def test_a_character_that_cannot_be_printed_is_refused_by_name(character: str, code: str) -> None:
    with pytest.raises(UserError) as refusal:
        para(f"Kim {character}", where="the patient's name")
    assert code in refusal.value.sentence
    assert "the patient's name" in refusal.value.sentence
    assert (character in refusal.value.sentence) == character.isprintable()
    refusal.value.sentence.encode()  # it can be shown and written


def test_control_and_direction_characters_are_taken_out() -> None:
    text = "47\u202e mm\u200f\u2066, \x00\x07tab\tnew\nline\u2028end\ufeff\u00ad"
    assert said(para(text, where="the note")) == "47 mm, tab new line end"


def test_a_composed_character_is_printed_as_one() -> None:
    assert said(para("Ge\u0301rard", where="the name")) == "Gérard"


def test_runs_keep_their_face_and_place() -> None:
    ((first, second, third),) = para("Sum ", strong("47 mm", "#ff0000"), ", stable", where="x").lines(1000)
    assert [(span.text, span.bold, span.colour) for span in (first, second, third)] == [
        ("Sum ", False, styles.COLOURS.ink), ("47 mm", True, "#ff0000"), (", stable", False, styles.COLOURS.ink)
    ]  # fmt: skip
    assert second.x == pytest.approx(styles.measure("Sum ", styles.BODY.size))
    assert third.x == pytest.approx(second.x + styles.measure("47 mm", styles.BODY.size, bold=True))


def test_a_number_is_not_torn_from_its_sign() -> None:
    words = para("threshold of 10 % and 47 → 44 mm", where="x")
    for width in range(20, 200):
        starts = [line[0].text for line in words.lines(float(width))]
        assert not any(start.startswith(("%", "→", "mm")) for start in starts)


def test_an_empty_paragraph_takes_no_room() -> None:
    assert para("", Run(" \n "), where="x").lines(100) == ()
    assert para("", where="x").height(100) == 0
