"""All that belongs to one value: date, method, reader, limit, note; and the other readings of it (F4)."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from nacdesk.domain.entering import details_at, entry
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.typed import Details, Value
from nacdesk.errors import UserError
from nacdesk.gui.edits import Begun
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.forms.field import Field
from nacdesk.gui.labels import button, words
from nacdesk.gui.sheet_plan import accept_plan, at, day, details_plan, spot

if TYPE_CHECKING:
    from nacdesk.domain.facts import Observation

ANOTHER = ("another reading", "")
FIELD_WIDTH = 150
FIELDS = (
    ("date", "Date", "2026-03-31"), ("method", "Method", "CT"), ("limit", "Limit of detection", ""), ("uln", "Upper limit of normal", ""),
    ("segmentation", "Segmentation", ""), ("scanner", "Scanner", ""), ("reader", "Reader", ""), ("note", "Note", ""),
)  # fmt: skip


class CellDetails(QFrame):
    """The details of one cell, below the sheet. Enter saves, Escape gives back.

    Signals:
        planned: a Plan, and on what it was Begun.
        closed: nothing is to be saved.
    """

    planned = Signal(object, object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setObjectName("cell-details")
        self.title = words("head", name="details-title")
        self.readings = words("note", name="details-readings")
        self.trouble = words("head", name="details-trouble")
        self.trouble.setProperty("bad", "true")
        self.reading = Field("Reading", choices=[ANOTHER])
        self.value = Field("Value")
        self.fields = {key: Field(title, hint=hint) for key, title, hint in FIELDS}
        self.accept_button = button("This reading counts", accessible="Accept this reading: it is the one that counts", name="accept-reading")
        self.save_button = button("Save", "primary", accessible="Save the details", name="save-details")
        self.close_button = button("Close", accessible="Close the details without saving", name="close-details")
        self._sheet: Sheet | None = None
        self._begun: Begun | None = None
        self._lay_out()
        assert self.reading.box is not None
        self.reading.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.reading.box.activated.connect(self._on_reading)
        for field in (self.reading, self.value, *self.fields.values()):
            field.editor.installEventFilter(self)
        self.accept_button.clicked.connect(self._on_accept)
        self.save_button.clicked.connect(self._on_save)
        self.close_button.clicked.connect(self.closed)
        self.hide()

    def _lay_out(self) -> None:
        grid = QWidget()
        flow = FlowLayout(grid, gap=10, column=FIELD_WIDTH)
        for field in (self.reading, self.value, *self.fields.values()):
            flow.addWidget(field)
        keep_height(grid)
        buttons = QHBoxLayout()
        buttons.addWidget(self.accept_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        for widget in (self.title, self.readings, grid, self.trouble):
            column.addWidget(widget)
        column.addLayout(buttons)

    def begin(self, sheet: Sheet, begun: Begun) -> None:
        """Show the details of a cell, with the cursor in the value where there is none yet, else in the date."""
        self._sheet, self._begun = sheet, begun
        cell = sheet.cell(*at(sheet, begun.place))
        unit = sheet.columns[at(sheet, begun.place)[1]].unit
        self.title.setText(spot(sheet, begun.place) + (f" ({unit})" if unit else ""))
        self.readings.setText(cell.tip if len(cell.observations) > 1 else "")
        self.readings.setVisible(len(cell.observations) > 1)
        self.reading.offer([*((_reading(fact), fact.id) for fact in cell.observations), ANOTHER])
        self.reading.setVisible(bool(cell.observations))
        self._show_reading(cell.observations[0].id if cell.observations else None)
        self.show()
        (self.fields["date"] if cell.observations else self.value).focus()

    def leave(self) -> None:
        """Go away; nothing is kept."""
        self._sheet = self._begun = None
        self.hide()

    @property
    def changed(self) -> bool:
        """Something was typed here that is not saved."""
        return self._begun is not None and any(field.changed for field in (self.value, *self.fields.values()))

    @property
    def _fact(self) -> "Observation | None":
        assert self._sheet is not None and self._begun is not None
        facts = self._sheet.cell(*at(self._sheet, self._begun.place)).observations
        return next((fact for fact in facts if fact.id == self.reading.text), None)

    def _show_reading(self, observation: str | None) -> None:
        assert self._sheet is not None and self._begun is not None
        if observation is not None:
            self.reading.show_text(observation)
        place = at(self._sheet, self._begun.place)
        details = details_at(self._sheet, *place, observation)
        fact, facts = self._fact, self._sheet.cell(*place).observations
        analyte = self._sheet.columns[place[1]].analyte
        applies = {"limit": analyte.limit_for_nd, "uln": analyte.has_uln, "segmentation": analyte.needs_segmentation}
        self.value.show_text("" if fact is None or not facts else fact.entered or str(fact.value))
        for key, field in self.fields.items():
            kept = getattr(details, key)
            field.show_text(kept.isoformat() if hasattr(kept, "isoformat") else kept or "")
            field.setVisible(applies.get(key, True) or bool(kept))
        self.accept_button.setVisible(len(facts) > 1 and fact is not None and not fact.accepted)
        self.trouble.setText("")
        self.trouble.hide()
        self._keep_height()

    def _keep_height(self) -> None:
        """As high as the fields need at this width: the page scrolls."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setMinimumHeight(layout.heightForWidth(self.width()))

    def _details(self) -> Details:
        """What stands in the fields.

        Raises:
            UserError: the date is none.
        """
        assert self._sheet is not None and self._begun is not None
        text = {key: field.text for key, field in self.fields.items()}
        kept = details_at(self._sheet, *at(self._sheet, self._begun.place), self._observation())
        partial = kept.partial_date if not self.fields["date"].changed else None
        return Details(
            date=day(text["date"]) if text["date"] else None, partial_date=partial, method=text["method"] or None, scanner=text["scanner"] or None,
            segmentation=text["segmentation"] or None, reader=text["reader"] or None, accepted=kept.accepted, limit=text["limit"], uln=text["uln"], note=text["note"] or None,
        )  # fmt: skip

    def _observation(self) -> str | None:
        """Id of the reading that is shown, "" for a further one, None where nothing is recorded yet."""
        assert self._sheet is not None and self._begun is not None
        return self.reading.text if self._sheet.cell(*at(self._sheet, self._begun.place)).observations else None

    def _on_reading(self, _place: int) -> None:
        self._show_reading(self.reading.text)

    def _on_accept(self) -> None:
        fact = self._fact
        if fact is not None and self._sheet is not None and self._begun is not None:
            self.planned.emit(accept_plan(self._sheet, self._begun.place, fact.id), self._begun)

    def _on_save(self) -> None:
        if self._sheet is None or self._begun is None:
            return
        sheet, begun, fact, text = self._sheet, self._begun, self._fact, self.value.text
        try:
            if not text:
                raise UserError("There is no value yet that the details could belong to.", "Type the value as well; to withdraw one, press Delete in the sheet.")
            details = self._details()
            kept = fact is not None and not self.value.changed and not self.fields["limit"].changed
            typed = Value(fact.value, fact.entered) if fact is not None and kept else entry(sheet, *at(sheet, begun.place), text, details=details)
            plan = details_plan(sheet, begun.place, typed, details, self._observation(), text)
        except UserError as error:
            self.trouble.setText(f"{error.sentence} {error.remedy}".strip())
            self.trouble.show()
            self._keep_height()
            return
        self.planned.emit(plan, begun)

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In each field Enter saves and Escape gives back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_save()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)


def _reading(fact: "Observation") -> str:
    """A reading in the list: "30 mm, A. Ruiz, accepted"."""
    return ", ".join(filter(None, (str(fact.value), fact.reader, "accepted" if fact.accepted else "")))
