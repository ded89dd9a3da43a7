"""Paper that fills from top to bottom: paragraphs, grids and charts flow from page to page.

Nothing is clipped or dropped: what does not fit goes on to the next page, a row taller than a whole page
is split between its lines, and every page carries the same foot with its number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Literal, TypeVar

from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfgen.canvas import Canvas

from nacdesk.report import styles
from nacdesk.report.drawing import Pen, paint, shown
from nacdesk.report.styles import COLOURS, Paragraph, para, strong

Paper = Literal["A4", "Letter"]
T = TypeVar("T")

_SIZES: dict[Paper, tuple[float, float]] = {"A4": A4, "Letter": LETTER}
_SIDE, _TOP, _BOTTOM, _FOOT_GAP = 34.0, 30.0, 19.0, 8.0
_CELL_GAP, _ROW_PAD = 9.0, 1.8
_WATERMARK = "#faf1f0"  # seen at arm's length, yet black print over it keeps its contrast


@dataclass(frozen=True, slots=True)
class Symbol:
    """A shape in a cell: a severity (triangle, diamond, disc: told apart without colour) or a box to tick."""

    kind: Literal["alert", "watch", "info", "tick"]

    def draw(self, pen: Pen, x: float, y: float, height: float) -> None:
        """Its left edge at x, centred in a line of that height at y."""
        middle, half = y + height / 2, 3.4
        match self.kind:
            case "alert":
                pen.polygon(((x + half, middle - half), (x + 2 * half, middle + half), (x, middle + half)), fill=COLOURS.alert)
            case "watch":
                pen.polygon(((x + half, middle - half - 0.5), (x + 2 * half + 0.5, middle), (x + half, middle + half + 0.5), (x - 0.5, middle)), fill=COLOURS.watch)
            case "info":
                pen.disc(x + half, middle, half - 0.3, fill=COLOURS.info)
            case "tick":
                pen.box(x, middle - 3.8, 7.6, 7.6, stroke=COLOURS.ink, stroke_width=0.7, radius=1.3)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a grid, made by `column()`: its head and its width in points, gap to the next one included."""

    head: Paragraph
    width: float = 0.0
    centred: bool = False

    @property
    def inner(self) -> float:
        """The width of its text."""
        return self.width - (2.0 if self.centred else _CELL_GAP)


def column(title: str = "", width: float = 0.0, *, centred: bool = False) -> Column:
    """A column of that title; a width of 0 takes what the others leave."""
    return Column(para(strong(title, COLOURS.muted), style=styles.FINE_PRINT, where="a column's name"), width, centred)


Cell = Sequence[Paragraph | Symbol]
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under columns; `ruled` with heads and lines, or plain."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """What every page says of itself.

    Attributes:
        who: the patient, or the case where the page names nobody.
        lines: the lines below it in the foot: program, rules, dates, standing.
        watermark: across the page, "" for none.
    """

    who: str
    lines: tuple[str, ...]
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished document.

    Attributes:
        data: the PDF.
        proofs: per page the operators that print its identity and number, to be found when it is read again.
    """

    data: bytes
    proofs: tuple[tuple[str, ...], ...]


class Pages:
    """A document under way. All lengths in points at full size, y downwards from the top of the page.

    Attributes:
        left, right, width: of the printed area.
        y: where the next block begins.
        bottom: where the printed area ends.
        pen: of the current page.
    """

    def __init__(self, paper: Paper, identity: Identity, title: str, zoom: float = 1.0) -> None:
        """Begin the first page.

        Args:
            title: of the first page, and of those it runs on to.
            zoom: everything is printed so much smaller, and that much more goes on a page.
        """
        self._zoom, self._identity, self._title = zoom, identity, title
        self._size = (_SIZES[paper][0] / zoom, _SIZES[paper][1] / zoom)
        self.left, self.right = _SIDE, self._size[0] - _SIDE
        self.width = self.right - self.left
        self._pens: list[Pen] = []
        self._bookmarks: list[tuple[int, float, str]] = []
        self._who = para(strong(identity.who, COLOURS.ink), style=styles.FINE_PRINT, where="the patient's name or record number")
        self._foot = tuple(para(line, style=styles.FINE_PRINT, where="the foot of the page") for line in identity.lines)
        self._label_width = styles.measure("page 0000 of 0000", styles.FINE_PRINT.size, bold=True)
        foot = self._who.height(self.width - self._label_width) + sum(line.height(self.width) for line in self._foot)
        self._foot_top = self._size[1] - _BOTTOM - foot
        self.bottom = self._foot_top - _FOOT_GAP
        self._begin()
        self._bookmark(title)
        self._top = self.y

    @property
    def zoom(self) -> float:
        """Everything is printed that much smaller."""
        return self._zoom

    @property
    def count(self) -> int:
        """Pages so far."""
        return len(self._pens)

    @property
    def room(self) -> float:
        """Points left on this page."""
        return self.bottom - self.y

    @property
    def filled(self) -> float:
        """How many pages are full: 2.5 for two and a half."""
        return self.count - self.room / (self.bottom - _TOP)

    def head(self, *beside: str) -> None:
        """The title on the left, short lines on the right, and the rule below both."""
        left = para(self._title, style=styles.TITLE, where="the title")
        room = self.width - left.width - 24
        notes = [para(line, style=styles.MUTED, where="the patient's name or record number") for line in beside]
        high = sum(note.height(room) for note in notes)
        self.y += max(styles.TITLE.leading, high)
        self.pen.lines(self.left, self.y - styles.TITLE.leading, left.lines(self.width), styles.TITLE)
        top = self.y - high
        for note in notes:
            for line in note.lines(room):
                self.pen.lines(self.right - _length(line, note.style), top, (line,), note.style)
                top += note.style.leading
        self.y += 5
        self.pen.line(self.left, self.y, self.right, self.y, COLOURS.accent, 1.4)
        self.y += 7

    def section(self, title: str) -> None:
        """Go on under a new title: on a fresh page after the first, further down on one that was needed anyway."""
        self.gap(10)
        self.heading(title, keep=self.room if self.count == 1 else 80)

    def heading(self, text: str, keep: float = 24.0) -> None:
        """A heading, on one page with at least `keep` points of what follows; the title of the pages that follow."""
        self._title = text
        turned = self.need(styles.HEADING.leading + keep)
        self._bookmark(text)
        if not turned:
            self.pen.lines(self.left, self.y, para(text, style=styles.HEADING, where="a heading").lines(self.width), styles.HEADING)
            self.y += styles.HEADING.leading + 1

    def turn(self, title: str) -> None:
        """Go on under a new title on a fresh page."""
        self._title = title
        self._turn()
        self._bookmark(title)

    def need(self, height: float) -> bool:
        """Begin a new page unless that much room is left, or the page is still empty; True when it was begun."""
        if self.room >= height or self.y <= self._top:
            return False
        self._turn()
        return True

    def gap(self, height: float) -> None:
        """Leave room, but not at the top of a page."""
        if self.y > self._top:
            self.y += height

    def paragraph(self, paragraph: Paragraph, *, boxed: bool = False, inset: float = 0.0) -> None:
        """Text over the whole width, from page to page; inset, or boxed on a tinted ground with a bar on its left."""
        inset, pad = (10.0, 5.0) if boxed else (inset, 0.0)
        style = paragraph.style
        rest = paragraph.lines(self.width - 2 * inset)
        while rest:
            self.need(style.leading + 2 * pad)
            count = max(1, int((self.room - 2 * pad) / style.leading))
            high = len(rest[:count]) * style.leading + 2 * pad
            if boxed:
                self.pen.box(self.left, self.y, self.width, high, fill=COLOURS.accent_soft)
                self.pen.box(self.left, self.y, 2.2, high, fill=COLOURS.accent)
            self.pen.lines(self.left + inset, self.y + pad, rest[:count], style)
            self.y += high
            rest = rest[count:]

    def chart(self, chart: Drawing) -> None:
        """A chart; it is never taller than a page is deep."""
        self.need(chart.height)
        paint(self.pen, chart, self.left, self.y)
        self.y += chart.height

    def height(self, grid: Grid) -> float:
        """Points that a grid needs on one page."""
        columns = self._fitted(grid)
        return _head_height(columns, grid) + sum(_row_height(columns, row) for row in grid.rows)

    def grid(self, grid: Grid) -> None:
        """Rows with the heads repeated on every page; a row taller than a page goes on overleaf."""
        columns = self._fitted(grid)
        head = _head_height(columns, grid)
        frame = self.bottom - self._top
        first = head + max((_row_height(columns, row) for row in grid.rows[:1]), default=0.0)
        self.need(first if first <= frame else head + 3 * styles.BODY.leading)
        self._heads(columns, grid)
        for row in grid.rows:
            height = _row_height(columns, row)
            if height > self.room and head + height <= frame:
                self._turn()
                self._heads(columns, grid)
            if height > self.room:
                self._split(columns, row, grid)
            else:
                for column, cell, x in _places(columns, row, self.left):
                    y = self.y + _ROW_PAD
                    for item in cell:
                        y += self._item(item, column, x, y)
                self.y += height
            if grid.ruled:
                self.pen.line(self.left, self.y, self.right, self.y, COLOURS.line, 0.5)

    def blanks(self, count: int, spacing: float, names: Sequence[str]) -> None:
        """Empty lines for a pen, and below them named ones side by side."""
        self.need((count + 1) * spacing + 4)
        for _ in range(count):
            self.y += spacing
            self.pen.line(self.left, self.y, self.right, self.y, COLOURS.edge, 0.7)
        self.y += spacing + 4
        apart = 18.0
        wide = (self.width - apart * (len(names) - 1)) / len(names)
        for place, name in enumerate(names):
            x = self.left + place * (wide + apart)
            self.pen.text(x, self.y - 4, name, styles.SMALL.size, colour=COLOURS.muted)
            self.pen.line(x, self.y, x + wide, self.y, COLOURS.edge, 0.7)

    def finish(self, title: str, subject: str, author: str) -> Printed:
        """The feet, now that the number of pages is known, and the file with its metadata."""
        for bold in (False, True):
            styles.font(bold)  # registered before the canvas names its first one
        buffer, size = BytesIO(), [side * self._zoom for side in self._size]
        canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=1, initialFontName=styles.REGULAR, lang="en-GB")
        canvas.setTitle(title)
        canvas.setSubject(subject)
        canvas.setAuthor(author)
        canvas.setCreator(author)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        fonts = canvas._doc  # private: a font is subset for the document under way, and has to be told which
        proofs = []
        for number, pen in enumerate(self._pens):
            texts = self._print_foot(pen, f"page {number + 1} of {len(self._pens)}")
            proofs.append(tuple(shown(text, styles.FINE_PRINT.size, bold, fonts) for text, bold in texts))
            canvas.addLiteral(f"q {self._zoom:g} 0 0 {self._zoom:g} 0 0 cm\n{pen.written(fonts)}\nQ")
            for place, (page, y, name) in enumerate(self._bookmarks):
                if page == number:
                    canvas.bookmarkPage(str(place), fit="XYZ", left=0, top=(self._size[1] - y + 4) * self._zoom)
                    canvas.addOutlineEntry(name, str(place), 0)
            canvas.showPage()
        canvas.save()
        return Printed(buffer.getvalue(), tuple(proofs))

    def _begin(self) -> None:
        """A fresh page with nothing on it but the watermark."""
        self.pen = Pen(self._size[1])
        self._pens.append(self.pen)
        self.y = _TOP
        if self._identity.watermark:
            self._watermark(self._identity.watermark)

    def _turn(self) -> None:
        """A fresh page under the running title and the identity."""
        self._begin()
        self.head(self._identity.who)
        self._top = self.y

    def _bookmark(self, title: str) -> None:
        self._bookmarks.append((self.count - 1, self.y, title))

    def _watermark(self, text: str) -> None:
        """First on the page, so that everything else is printed over it."""
        across, down = self._size
        span = (across**2 + down**2) ** 0.5 * 0.78
        half = span / 2 * 0.7071
        self.pen.slanted(across / 2 - half, down / 2 + half, text, span / styles.measure(text, 1, bold=True), _WATERMARK)
        self.pen.text(self.right - styles.measure(text, 7, bold=True), _TOP - 9, text, 7, bold=True, colour=COLOURS.alert)

    def _print_foot(self, pen: Pen, label: str) -> list[tuple[str, bool]]:
        """Identity and the page's number, then provenance; the texts as they were printed."""
        number = para(strong(label, COLOURS.ink), style=styles.FINE_PRINT, where="the page's number")
        y, beside = self._foot_top, self.width - self._label_width
        blocks = [(self._who.lines(beside), self.left, y), (number.lines(self.width), self.right - number.width, y)]
        y += self._who.height(beside)
        for line in self._foot:
            blocks.append((line.lines(self.width), self.left, y))
            y += line.height(self.width)
        pen.line(self.left, self._foot_top - 4, self.right, self._foot_top - 4, COLOURS.line, 0.6)
        for lines, x, top in blocks:
            pen.lines(x, top, lines, styles.FINE_PRINT)
        return [(span.text, span.bold) for lines, _, _ in blocks for line in lines for span in line]

    def _fitted(self, grid: Grid) -> Sequence[Column]:
        """The columns with what is left of the width given to those that ask for it."""
        rest = self.width - sum(column.width for column in grid.columns)
        open_ones = sum(1 for column in grid.columns if not column.width)
        return [column if column.width else replace(column, width=rest / open_ones) for column in grid.columns]

    def _heads(self, columns: Sequence[Column], grid: Grid) -> None:
        if not grid.ruled:
            return
        height = _head_height(columns, grid)
        for column, head, x in _places(columns, [column.head for column in columns], self.left):
            lines = head.lines(column.inner)
            shift = (column.inner - max((_length(line, head.style) for line in lines), default=0.0)) / 2 if column.centred else 0.0
            self.pen.lines(x + shift, self.y + height - _ROW_PAD - len(lines) * head.style.leading, lines, head.style)
        self.y += height
        self.pen.line(self.left, self.y, self.right, self.y, COLOURS.edge, 0.8)

    def _item(self, item: Paragraph | Symbol, column: Column, x: float, y: float) -> float:
        if isinstance(item, Symbol):
            item.draw(self.pen, x + ((column.inner - 7.6) / 2 if column.centred else 0.0), y, styles.BODY.leading)
        else:
            self.pen.lines(x, y, item.lines(column.inner), item.style)
        return _item_height(item, column)

    def _split(self, columns: Sequence[Column], row: Row, grid: Grid) -> None:
        """A row that no page can hold: each cell goes on from page to page, line by line."""
        rests = [list(_single_lines(cell, column)) for column, cell in zip(columns, row, strict=True)]
        while any(rests):
            deepest = self.y
            for column, rest, x in _places(columns, rests, self.left):
                y = self.y + _ROW_PAD
                while rest and y + rest[0][1] <= self.bottom:
                    item, height = rest.pop(0)
                    if isinstance(item, Symbol):
                        self._item(item, column, x, y)
                    else:
                        self.pen.lines(x, y, (item[0],), item[1])
                    y += height
                deepest = max(deepest, y)
            if any(rests):
                self._turn()
                self._heads(columns, grid)
            else:
                self.y = deepest + _ROW_PAD


def _places(columns: Sequence[Column], cells: Sequence[T], left: float) -> Iterator[tuple[Column, T, float]]:
    for column, cell in zip(columns, cells, strict=True):
        yield column, cell, left
        left += column.width


def _head_height(columns: Sequence[Column], grid: Grid) -> float:
    return max(column.head.height(column.inner) for column in columns) + _ROW_PAD if grid.ruled else 0.0


def _row_height(columns: Sequence[Column], row: Row) -> float:
    return max(sum(_item_height(item, column) for item in cell) for column, cell in zip(columns, row, strict=True)) + 2 * _ROW_PAD


def _item_height(item: Paragraph | Symbol, column: Column) -> float:
    return styles.BODY.leading if isinstance(item, Symbol) else item.height(column.inner)


def _single_lines(cell: Cell, column: Column) -> Iterator[tuple[Symbol | tuple[styles.Line, styles.Style], float]]:
    for item in cell:
        if isinstance(item, Symbol):
            yield item, styles.BODY.leading
        else:
            yield from (((line, item.style), item.style.leading) for line in item.lines(column.inner))


def _length(line: styles.Line, style: styles.Style) -> float:
    return line[-1].x + styles.measure(line[-1].text, style.size, line[-1].bold)
