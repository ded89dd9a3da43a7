"""The flags of a case with their basis, those of safety and fitness last, and below them always what could not be judged and what was not met."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nacdesk.charts.layout_panel import shape
from nacdesk.charts.primitives import Primitive, Text
from nacdesk.domain.judgements import Flag, Review
from nacdesk.domain.rules import RuleResult, Severity
from nacdesk.gui import chart_paint
from nacdesk.gui.banner import SEVERITY_WORDS
from nacdesk.gui.basis import basis_of
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import Link, together, words
from nacdesk.gui.rule_list import CLOSED, KEYS_DOWN, KEYS_UP, OPEN, RuleList
from nacdesk.gui.theme import Look, coloured, rich

RADIUS, BAR = 6.0, 4
SAFETY = "Safety and fitness"


class FlagPanel(QWidget):
    """Met criteria that the board should see, numbered as on chart and paper.

    Signals:
        chosen: the number of the flag that was chosen, None for none.
        revealed: a widget that should be scrolled into view.
    """

    chosen = Signal(object)
    revealed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = words("head", "Flags", name="flags-title")
        self.safety = words("head", SAFETY, name="flags-safety")
        self.safety.setParent(self)
        self.safety.hide()
        self.as_of = words("note", name="flags-as-of")
        self.none = words(name="flags-none")
        self.band = words("note", name="band")
        self.cards: list[FlagCard] = []
        self.cannot = RuleList("Not evaluable")
        self.clear = RuleList("Not met")
        self.off = RuleList("Switched off by this site", "Switched off\nby this site")
        self.doubts = words("note", name="doubts", marked_up=True, selectable=True)
        for one in (self.cannot, self.clear, self.off):
            one.revealed.connect(self.revealed)
        self.number: int | None = None
        head = QWidget()
        flow = FlowLayout(head, gap=10, spread=True)
        flow.addWidget(self.title)
        flow.addWidget(self.as_of)
        keep_height(head)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(head)
        self._column.addWidget(self.none)
        for widget in (self.band, self.cannot, self.clear, self.off, self.doubts):
            self._column.addWidget(widget)

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Show the flags of this snapshot; the chosen one stays chosen where its rule still raises one."""
        review = snapshot.review
        before = next((card.subject for card in self._shown() if card.number == self.number), None)
        self.as_of.setText(f"as of {snapshot.steps[snapshot.here].text}")
        self._column.removeWidget(self.safety)
        while len(self.cards) < len(review.flags):
            card = FlagCard()
            card.pressed.connect(self.choose)
            card.stepped.connect(self._on_stepped)
            self.cards.append(card)
            self._column.insertWidget(1 + len(self.cards), card)
        for place, card in enumerate(self.cards):
            if place < len(review.flags):
                card.show_flag(review.flags[place], review, look)
            card.setVisible(place < len(review.flags))
        of_safety = [card for card, flag in zip(self.cards, review.flags, strict=False) if review.catalog.rules[flag.result.rule].of_safety]
        self._column.insertWidget(self._column.indexOf(of_safety[0]) if of_safety else 1, self.safety)
        self.safety.setVisible(bool(of_safety))
        self.none.setVisible(not review.flags)
        self.none.setText(_no_flag(review))
        self.band.setText(_band(review))
        doubts = _doubts(review)
        self.doubts.setVisible(bool(doubts))
        title = coloured(f"Warnings about the data ({len(doubts)})", look.colours.watch, bold=True)
        self.doubts.setText("<br>".join((title, *(rich(together(text)) for text in doubts))))
        self.cannot.show_results(review.cannot, review, look, "Every criterion could be judged.")
        self.clear.show_results(review.clear, review, look, "None.")
        off = _switched_off(review)
        self.off.setVisible(bool(off))
        self.off.show_results(off, review, look, "None.")
        again = next((card.number for card in self._shown() if card.subject == before), None)
        self.number = None
        self.choose(again)
        if again is None:
            self.chosen.emit(None)

    def choose(self, number: object) -> None:
        """Mark one flag and bring it into view; None for none."""
        if number == self.number:
            return
        self.number = number if isinstance(number, int) else None
        for card in self._shown():
            card.mark(card.number == self.number)
            if card.number == self.number:
                self.revealed.emit(card)
        self.chosen.emit(self.number)

    def toggle_basis(self) -> None:
        """Open or close the basis of the chosen flag, of the first one when none is chosen."""
        shown = self._shown()
        card = next((card for card in shown if card.number == self.number), shown[0] if shown else None)
        if card is not None:
            self.choose(card.number)
            card.toggle()
            self.revealed.emit(card)

    def _shown(self) -> list["FlagCard"]:
        return [card for card in self.cards if not card.isHidden()]

    def _on_stepped(self, step: object) -> None:
        """Arrow keys move from flag to flag."""
        shown = self._shown()
        here = next((place for place, card in enumerate(shown) if card.hasFocus()), 0)
        there = here + (1 if step == "down" else -1)
        if 0 <= there < len(shown):
            shown[there].setFocus(Qt.FocusReason.TabFocusReason)


def _no_flag(review: Review) -> str:
    """No flag, and what that is worth: judged and not met is not the same as could not be judged."""
    judged, cannot, off = len(review.clear), len(review.cannot), len(_switched_off(review))
    switched = f"; {off} switched off by this site" if off else ""
    if not judged:
        count = "1 criterion" if cannot == 1 else f"{cannot} criteria"
        return f"… Nothing could be judged: {count} not evaluable{switched}. This is not a sign of response."
    told = f"✓ No flag: {judged} judged and not met"
    return f"{told}; {cannot} could not be judged{switched}." if cannot else f"{told}{switched}."


def _switched_off(review: Review) -> list[RuleResult]:
    """What the rules would say that this site has switched off: each says so."""
    return [one for one in review.latest.values() if review.catalog.rules[one.rule].off]


def _doubts(review: Review) -> list[str]:
    """Why data are doubted: of the case, and of single values with their visits."""
    texts = [*review.warnings, *(f"{text} ({visit.visit.name})." for visit in review.visits for text in visit.warnings)]
    return [text[:1].upper() + text[1:] for text in dict.fromkeys(texts)]


def _band(review: Review) -> str:
    """The concern band and the tally behind it: criteria met of those that could be judged."""
    counted = [f"{domain} {one.met} of {one.evaluable}" for domain, one in review.tally.items() if one.evaluable]
    if review.band is None:
        return f"Concern band: {review.catalog.rules['SCO-02'].mark or 'not shown, nothing evaluable'}."
    return f"Concern band: {review.band} (criteria met: {', '.join(counted)})."


class FlagCard(QWidget):
    """One flag: badge, shape, name, sentence; the basis opens on a click or the key B.

    Signals:
        pressed: its number, when it was clicked, or Enter pressed on it.
        stepped: "up" or "down".
    """

    pressed = Signal(object)
    stepped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.chosen = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.number = 0
        self.badge = BadgeMark()
        self.name = words(name="flag-name", marked_up=True)
        self.sentence = words("note", name="flag-sentence")
        self.by_site = words("note", name="flag-by-site")
        self.more = Link("basis-button")
        self.more.clicked.connect(self._on_more)
        self.basis = words(name="basis", marked_up=True, selectable=True)
        self.basis.hide()
        self._review: Review | None = None
        self._flag: Flag | None = None
        self._look = Look()
        head = QHBoxLayout()
        head.setSpacing(5)
        head.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 6, 9, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.by_site)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.basis)

    def show_flag(self, flag: Flag, review: Review, look: Look) -> None:
        """Show this flag, its basis closed."""
        self._flag, self._review, self._look = flag, review, look
        self.number = flag.number
        result = flag.result
        rule = review.catalog.rules[result.rule]
        severity = result.severity
        self.badge.show_badge(flag.number, severity, look)
        word = coloured(SEVERITY_WORDS[severity], getattr(look.colours, severity))
        self.name.setText(f"<b>{rich(together(rule.name))}</b> &nbsp;{word}")
        self.sentence.setText(together(result.sentence))
        self.by_site.setText(together(rule.changed))
        self.by_site.setVisible(bool(rule.changed))
        self._show_more(False)
        self.setAccessibleName(f"Flag {flag.number}, {SEVERITY_WORDS[severity]}: {rule.name}")
        self.setAccessibleDescription(f"{result.sentence} {rule.changed}".strip())
        self.setToolTip(f"Severity: {SEVERITY_WORDS[severity]}")
        self.mark(False)

    @property
    def result(self) -> RuleResult | None:
        """What raised the flag, None before one was shown."""
        return None if self._flag is None else self._flag.result

    @property
    def subject(self) -> tuple[str, str] | None:
        """Key of the case and id of the rule, None before a flag was shown."""
        if self._flag is None or self._review is None:
            return None
        return self._review.history.case.key, self._flag.result.rule

    def mark(self, chosen: bool) -> None:
        """Draw it as the chosen one."""
        self.chosen = chosen
        self.update()

    def toggle(self) -> None:
        """Open or close the basis."""
        self._show_more(self.basis.isHidden())

    def _on_more(self) -> None:
        self.pressed.emit(self.number)
        self.toggle()

    def _show_more(self, shown: bool) -> None:
        if self._flag is None or self._review is None:
            return
        if shown:
            self.basis.setText(basis_of(self._flag.result, self._review, self._look))
        self.basis.setVisible(shown)
        rule, sign = self._flag.result.rule, OPEN if shown else CLOSED
        self.more.show_texts(f"{rule} · basis and source {sign}", f"{rule} · basis {sign}")
        self.more.setAccessibleName(f"{'Close' if shown else 'Open'} the basis of flag {self.number}")

    # overrides of Qt

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A card with a bar in the colour of the severity at its left edge; heavier where the focus is."""
        if self._flag is None:
            return
        c = self._look.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(outline, QColor(c.accent_soft if self.chosen else c.paper))
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(0, 0, BAR, self.height(), QColor(getattr(c, self._flag.result.severity)))
        painter.restore()
        painter.setPen(QPen(QColor(c.accent), 2) if self.hasFocus() else QPen(QColor(c.line), 1))
        painter.drawPath(outline)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self.number)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Coming here by key chooses the flag, so that the chart follows; a click does it by itself.
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.pressed.emit(self.number)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit(self.number)
            self.toggle()
        elif event.key() in KEYS_DOWN:
            self.stepped.emit("down")
        elif event.key() in KEYS_UP:
            self.stepped.emit("up")
        else:
            super().keyPressEvent(event)


class BadgeMark(QWidget):
    """The number of a flag in the shape and colour of its severity, as the chart draws it."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[Primitive, ...] = ()

    def show_badge(self, number: int, severity: Severity, look: Look) -> None:
        """Draw this number."""
        colours, scale = look.colours, look.scale
        middle, size = 13.0 * scale, 11.0 * scale if number < 10 else 9.0 * scale
        low = 2.2 * scale if severity == "alert" else 0.0
        digits = Text("badge", middle, middle + low + 0.36 * size, str(number), colours.on_accent, size, True, "middle")
        self._drawn = (shape(severity, middle, middle, getattr(colours, severity), colours.paper, scale), digits)
        self.setFixedSize(look.px(26), look.px(26))
        self.update()

    # overrides of Qt

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        chart_paint.paint(painter, self._drawn)
