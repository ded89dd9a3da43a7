"""The rows of the worklist: a case in a few words, its flags in shapes and words, and a sparkline."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from nacdesk.domain.rules import SEVERITIES, SHAPES
from nacdesk.gui.banner import SEVERITY_WORDS
from nacdesk.gui.broken import broken
from nacdesk.gui.desk import Summary
from nacdesk.gui.theme import Look

if TYPE_CHECKING:
    from nacdesk.storage.store import CaseRow

Index = QModelIndex | QPersistentModelIndex
KEY_ROLE = Qt.ItemDataRole.UserRole
LINE_ROLE = Qt.ItemDataRole.UserRole + 1
LEFT, RIGHT, TOP, GAP, SPARK = 14, 10, 8, 9, 54  # pixels at 100 %


def state_words(summary: Summary | None) -> tuple[tuple[str, str], ...]:
    """The state of a case as (words, meaning) in order: flags, or no flag, or what could not be judged.

    "No flag" is said only where something was judged; what cannot be judged never looks like it (H18).
    """
    if summary is None:
        return (("judging…", "muted"),)
    found = tuple((f"{SHAPES[name]} {summary.flags[name]} {SEVERITY_WORDS[name]}", name) for name in SEVERITIES if summary.flags.get(name))
    if found:
        return found
    cannot = f"… {summary.cannot} not evaluable" if summary.cannot else "… nothing evaluable"
    if not summary.clear:
        return ((cannot, "muted"),)
    return ((f"✓ no flag in {summary.clear}", "fine"), (cannot, "muted")) if summary.cannot else (("✓ no flag", "fine"),)


class CaseRows(QAbstractListModel):
    """The rows of the search, narrowed by the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: Sequence[CaseRow] = ()
        self._shown: Sequence[CaseRow] = ()
        self._places: dict[str, int] = {}
        self._summaries: Mapping[str, Summary] = {}
        self._flagged_only = False

    def show_rows(self, rows: "Sequence[CaseRow]", summaries: Mapping[str, Summary], flagged_only: bool) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._all, self._summaries, self._flagged_only = rows, summaries, flagged_only
        self._shown = [row for row in rows if not flagged_only or self._flagged(row.key)]
        self._places = {row.key: place for place, row in enumerate(self._shown)}
        self.endResetModel()

    def show_judged(self, found: Sequence[Summary]) -> None:
        """Lines that have just been judged; under the filter a new flag adds its row."""
        if self._flagged_only and any(line.flagged != (line.key in self._places) for line in found):
            self.show_rows(self._all, self._summaries, True)
            return
        for line in found:
            place = self._places.get(line.key)
            if place is not None:
                self.dataChanged.emit(self.index(place), self.index(place))

    def index_of(self, key: str) -> QModelIndex:
        """The row of a case, an invalid index when it is not shown."""
        place = self._places.get(key)
        return QModelIndex() if place is None else self.index(place)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Flagged, judged, all."""
        judged = [self._summaries[row.key] for row in self._all if row.key in self._summaries]
        return sum(line.flagged for line in judged), len(judged), len(self._all)

    def _flagged(self, key: str) -> bool:
        line = self._summaries.get(key)
        return line is not None and line.flagged

    # overrides of Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- the signature Qt documents; never changed
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row = self._shown[index.row()]
        if role == KEY_ROLE:
            return row.key
        if role == LINE_ROLE:
            return row, self._summaries.get(row.key)
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(row)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            line = self._summaries.get(row.key)
            states = ", ".join(text for text, _ in state_words(line))
            return f"{name_of(row)}, MRN {row.mrn or 'not recorded'}, {second_line(row, line)}: {states}"
        return None


def name_of(row: "CaseRow") -> str:
    """The patient's name, or the key of the case where none is recorded."""
    return row.name or f"Case {row.key}"


def second_line(row: "CaseRow", line: Summary | None) -> str:
    """Diagnosis and cycles: "Oesophageal adenocarcinoma · 3/4"; the count never stands alone on a line."""
    diagnosis = row.diagnosis or "diagnosis not recorded"
    return f"{diagnosis}\u00a0·\u00a0{line.course}" if line and line.course else diagnosis


class CaseRowDelegate(QStyledItemDelegate):
    """Paints a case: name, diagnosis and cycle, flags; the sparkline of the size sum at the right."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = Look()
        self._hints: dict[str, tuple[CaseRow, Summary | None, int, Look, QSize]] = {}

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, line = index.data(LINE_ROLE)
        c, px = self.look.colours, self.look.px
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, QColor(c.accent_soft if chosen else c.paper))
        if chosen:
            painter.fillRect(rect.x(), rect.y(), 3, rect.height(), QColor(c.accent))
        room = _Room(rect.width(), self.look)
        x, top = rect.x() + px(LEFT), rect.y() + px(TOP)
        y = self._paint_lines(painter, x, top, room.name(row), True, c.ink)
        top = y if room.name_is_long(row) else top
        y = self._paint_lines(painter, x, y, room.second(row, line), False, c.muted)
        if line is not None:
            height = min(y - top - px(4), px(26))
            self._paint_sums(painter, QRect(x + room.beside + px(8), top + px(3), room.spark, height), line.sums)
        for words_of_line in room.states(line):
            self._paint_states(painter, x, y, words_of_line)
            y += room.state_height
        painter.fillRect(x, rect.bottom(), room.whole, 1, QColor(c.line))
        painter.restore()

    def _paint_lines(self, painter: QPainter, x: int, y: int, lines: Sequence[str], bold: bool, colour: str) -> int:
        """Paint these lines and answer where the next one begins."""
        painter.setFont(self.look.font(13 if bold else 12, bold=bold))
        painter.setPen(QColor(colour))
        for text in lines:
            painter.drawText(x, y + painter.fontMetrics().ascent(), text)
            y += painter.fontMetrics().height()
        return y + self.look.px(1)

    def _paint_states(self, painter: QPainter, x: int, y: int, states: Sequence[tuple[str, str]]) -> None:
        for text, meaning in states:
            painter.setFont(self.look.font(12, bold=meaning != "muted"))
            painter.setPen(QColor(getattr(self.look.colours, meaning)))
            painter.drawText(x, y + painter.fontMetrics().ascent(), text)
            x += painter.fontMetrics().horizontalAdvance(text) + self.look.px(GAP)

    def _paint_sums(self, painter: QPainter, rect: QRect, sums: Sequence[Decimal | None]) -> None:
        """The sums from zero to the largest one; a sum that could not be formed leaves a gap."""
        known = [float(value) for value in sums if value is not None]
        if not known:
            return
        top = max(known) or 1.0
        across = rect.width() / max(len(sums) - 1, 1)
        points = [None if value is None else QPointF(rect.x() + place * across, rect.bottom() - float(value) / top * rect.height()) for place, value in enumerate(sums)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.look.colours.size), 1.5))
        for first, second in pairwise(points):
            if first is not None and second is not None:
                painter.drawLine(first, second)
        painter.setBrush(QColor(self.look.colours.size))
        for place, point in enumerate(points):
            alone = point is not None and all(points[near] is None for near in (place - 1, place + 1) if 0 <= near < len(points))
            if point is not None and alone:
                painter.drawEllipse(point, 1.5, 1.5)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        row, line = index.data(LINE_ROLE)
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else 240
        known = self._hints.get(row.key)
        if known is not None and known[0] == row and known[1] is line and known[2:4] == (width, self.look):
            return known[4]  # Qt asks for every row of the list when one of them changes
        hint = QSize(width, _Room(width, self.look).height(row, line))
        self._hints[row.key] = (row, line, width, self.look, hint)
        return hint


class _Room:
    """How the words of a row break in a list of this width: between words, inside one only where it must (H43)."""

    def __init__(self, width: int, look: Look) -> None:
        self._look = look
        self.whole = width - look.px(LEFT + RIGHT)
        self.spark = min(look.px(SPARK), self.whole // 4)
        self.beside = self.whole - self.spark - look.px(8)
        self.state_height = _line_height(look, 12, True) + look.px(1)

    def height(self, row: "CaseRow", line: Summary | None) -> int:
        """Of the whole row."""
        px = self._look.px
        name = len(self.name(row)) * _line_height(self._look, 13, True) + px(1)
        second = len(self.second(row, line)) * _line_height(self._look, 12, False) + px(1)
        return px(2 * TOP) + name + second + len(self.states(line)) * self.state_height

    def name_is_long(self, row: "CaseRow") -> bool:
        """The name reaches into the room of the sparkline, which then begins below it."""
        lines = self.name(row)
        return len(lines) > 1 or QFontMetrics(self._look.font(13, bold=True)).horizontalAdvance(lines[0]) > self.beside

    def name(self, row: "CaseRow") -> tuple[str, ...]:
        return broken(name_of(row), self.whole, self._look, 13, True)

    def second(self, row: "CaseRow", line: Summary | None) -> tuple[str, ...]:
        return broken(second_line(row, line), self.beside, self._look, 12, False)

    def states(self, line: Summary | None) -> list[list[tuple[str, str]]]:
        """The words on as many lines as they need."""
        lines: list[list[tuple[str, str]]] = [[]]
        used = 0
        for text, meaning in state_words(line):
            width = _width(text, self._look, meaning != "muted")
            if lines[-1] and used + width > self.whole:
                lines.append([])
                used = 0
            lines[-1].append((text, meaning))
            used += width + self._look.px(GAP)
        return lines


@lru_cache(maxsize=64)
def _line_height(look: Look, size: int, bold: bool) -> int:
    return QFontMetrics(look.font(size, bold=bold)).height()


@lru_cache(maxsize=1024)
def _width(text: str, look: Look, bold: bool) -> int:
    return QFontMetrics(look.font(12, bold=bold)).horizontalAdvance(text)
