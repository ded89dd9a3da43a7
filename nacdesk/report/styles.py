"""Type on paper: one embedded family, its sizes and colours, and `para()`, the only way in for text.

Text is never parsed as markup here: a paragraph is made of runs, and a tag in somebody's data is
printed as the characters it is. What cannot be printed right is refused by name, never printed as a box.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from nacdesk import paths
from nacdesk.charts.palette import colours
from nacdesk.errors import UserError

REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
COLOURS = colours("paper")

# A line breaks at a space, but a number is not torn from the sign or unit behind it.
_BREAK = re.compile(r" (?![%→]|mm\b)")
_SPACES = re.compile(" {2,}")


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set; lengths in points."""

    size: float
    leading: float
    colour: str = COLOURS.ink
    bold: bool = False


TITLE = Style(14.4, 18, bold=True)
HEADING = Style(9.8, 12.8, bold=True)
LARGE = Style(10, 13)
BODY = Style(8, 10.2)
SMALL = Style(7.2, 8.9)
MUTED = Style(7.2, 8.9, COLOURS.muted)
FINE_PRINT = Style(6.4, 7.8, COLOURS.muted)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text within a paragraph; None takes what the paragraph's style says."""

    text: str
    bold: bool | None = None
    colour: str | None = None


def strong(text: str, colour: str | None = None) -> Run:
    """Bold text."""
    return Run(text, True, colour)


class Span(NamedTuple):
    """A piece of a line in one face and colour, `x` points from the line's start."""

    x: float
    text: str
    bold: bool
    colour: str


class _Piece(NamedTuple):
    text: str
    bold: bool
    colour: str


class _Word(NamedTuple):
    """What no line break tears: its pieces, its width and that of a space behind it, at size 1000."""

    pieces: tuple[_Piece, ...]
    width: float
    space: float


Line = tuple[Span, ...]


class Paragraph:
    """Clean words in one style; knows its lines at any width. Made by `para()` alone."""

    __slots__ = ("_broken", "_words", "style")

    def __init__(self, words: Sequence[_Word], style: Style) -> None:
        self.style = style
        self._words = words
        self._broken: tuple[float, Sequence[Sequence[_Word]]] = (-1.0, ())

    def lines(self, width: float) -> tuple[Line, ...]:
        """The lines at that width in points; a word wider than the line is cut, never dropped."""
        return tuple(_set(words, self.style.size) for words in self._at(width))

    def height(self, width: float) -> float:
        """Points it needs at that width."""
        return len(self._at(width)) * self.style.leading

    @property
    def width(self) -> float:
        """Points it needs on one line."""
        words = sum(word.width for word in self._words) + sum(word.space for word in self._words[:-1])
        return words * self.style.size / 1000

    def _at(self, width: float) -> Sequence[Sequence[_Word]]:
        """The words of each line; the last width is remembered, as a block is measured before it is printed."""
        if self._broken[0] != width:
            self._broken = (width, list(_filled(self._words, width / self.style.size * 1000)))
        return self._broken[1]


def para(*parts: str | Run, style: Style = BODY, where: str) -> Paragraph:
    """The only way for text to get onto paper.

    Args:
        parts: text as it is, or runs with a face or colour of their own.
        where: the field it comes from, named in the message when a character is refused.

    Raises:
        UserError: a character cannot be printed; nothing else, whatever the text.
    """
    words: list[list[_Piece]] = [[]]
    for part in parts:
        run = part if isinstance(part, Run) else Run(part)
        bold = style.bold if run.bold is None else run.bold
        colour = run.colour or style.colour
        for place, piece in enumerate(_BREAK.split(clean(run.text, where, bold=bold))):
            if place and words[-1]:
                words.append([])
            if piece:
                words[-1].append(_Piece(piece, bold, colour))
    return Paragraph([_word(tuple(pieces)) for pieces in words if pieces], style)


def clean(text: str, where: str, *, bold: bool = False) -> str:
    """The text as it can be printed: composed, white space joined, control and direction characters gone.

    Raises:
        UserError: the font has no glyph for a character, or it belongs to a script written from right to left.
    """
    face = _face(bold)
    if not face.plain.issuperset(text):
        text = "".join(_kept(character) for character in unicodedata.normalize("NFC", text))
        for character in text:
            if character not in face.glyphs or unicodedata.bidirectional(character) in ("R", "AL", "AN"):
                shown = f" “{character}”" if character.isprintable() else ""
                raise UserError(
                    f"The character{shown} (U+{ord(character):04X}) in {where} cannot be printed, so no page was made.",
                    "Write it in Latin, Greek or Cyrillic letters and print again.",
                )
    return _SPACES.sub(" ", text) if "  " in text else text


def measure(text: str, size: float, bold: bool = False) -> float:
    """Width of one line in points, the same as reportlab's stringWidth."""
    return _units(text, bold) * size / 1000


def font(bold: bool) -> TTFont:
    """The embedded font as registered with reportlab."""
    return _face(bold).font


@dataclass(frozen=True, slots=True)
class _Face:
    """A font with what is asked of it often; `plain` are the characters that are printed as they are."""

    font: TTFont
    widths: dict[int, float]
    default: float
    glyphs: frozenset[str]
    plain: frozenset[str]


@cache
def _face(bold: bool) -> _Face:
    name = BOLD if bold else REGULAR
    made = TTFont(name, str(paths.resources() / "fonts" / f"{name}.ttf"), asciiReadable=1, shapable=False)
    pdfmetrics.registerFont(made)
    face: Any = made.face
    # Beyond the first 65,536 characters reportlab writes a table that readers cannot turn back into text.
    glyphs = frozenset(chr(code) for code in face.charToGlyph if code < 0x10000)
    return _Face(made, face.charWidths, face.defaultWidth, glyphs, frozenset(filter(_plain, glyphs)))


def _plain(character: str) -> bool:
    """Printed as it is, whatever stands beside it: no mark, no control, not right to left, composed."""
    return (
        character.isprintable()
        and unicodedata.category(character)[0] != "M"
        and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
        and unicodedata.is_normalized("NFC", character)
    )


@lru_cache(maxsize=4096)
def _units(text: str, bold: bool) -> float:
    """Width at size 1000."""
    face = _face(bold)
    return sum(face.widths.get(ord(character), face.default) for character in text)


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cf") else character


def _word(pieces: tuple[_Piece, ...]) -> _Word:
    width = 0.0
    for text, bold, _ in pieces:
        width += _units(text, bold)
    return _Word(pieces, width, _units(" ", pieces[-1].bold))


def _filled(words: Sequence[_Word], width: float) -> Iterator[list[_Word]]:
    """The words of each line no wider than `width`, at size 1000."""
    line: list[_Word] = []
    used = 0.0
    for word in words:
        if line and used + line[-1].space + word.width > width:
            yield line
            line = []
        used = used + line[-1].space if line else 0.0
        while word.width > width:
            head, rest = _cut(word, width)
            if rest is None:
                break
            yield [head]
            word = rest
        line.append(word)
        used += word.width
    if line:
        yield line


def _cut(word: _Word, width: float) -> tuple[_Word, _Word | None]:
    """The characters of a word that fit (one at least), and the rest."""
    room = width
    for place, (text, bold, colour) in enumerate(word.pieces):
        for count, character in enumerate(text):
            room -= _units(character, bold)
            if room < 0 and (place or count):
                head = (*word.pieces[:place], *((_Piece(text[:count], bold, colour),) if count else ()))
                return _word(head), _word((_Piece(text[count:], bold, colour), *word.pieces[place + 1 :]))
    return word, None


def _set(words: Sequence[_Word], size: float) -> Line:
    """One line: neighbours in the same face and colour joined, each with its place."""
    spans: list[Span] = []
    x = 0.0
    texts: list[str] = []
    face: tuple[bool, str] | None = None
    for word in words:
        for inner, (text, bold, colour) in enumerate(word.pieces):
            if face is not None and not inner:
                texts.append(" ")
            if face is not None and face != (bold, colour):
                whole = "".join(texts)
                spans.append(Span(x, whole, *face))
                x += measure(whole, size, face[0])
                texts = []
            face = (bold, colour)
            texts.append(text)
    if face is not None:
        spans.append(Span(x, "".join(texts), *face))
    return tuple(spans)
