"""The lesions of a case: what each is, whether it is a target, where it came from."""

from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from nacdesk.domain.edits import Edit, PutLesion, RemoveLesion
from nacdesk.domain.facts import Lesion, LesionKind, LesionRole
from nacdesk.domain.flowsheet import Sheet
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.edits import Place
from nacdesk.gui.forms.field import Field, Fields
from nacdesk.gui.forms.keeper import Change, Keeper
from nacdesk.gui.labels import button, words
from nacdesk.gui.theme import Look

WIDTH = 17  # characters of a field
KINDS = (("mass, longest diameter", "mass"), ("lymph node, short axis", "node"))
ROLES = (("target", "target"), ("non-target", "non_target"), ("new", "new"))
ANSWERS = (("not recorded", ""), ("yes", "yes"), ("no", "no"))
TOLD = "Targets are summed: longest diameter of a mass, short axis of a node. A lesion with values is not removed; withdraw its values first."
_FLAGS = {"": None, "yes": True, "no": False}


class LesionCard(QFrame):
    """One lesion, or the empty one at the end that becomes the next."""

    def __init__(self, keeper: Keeper, label: str | None) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._keeper = keeper
        self.label = label
        self.name = Field("Lesion" if label is not None else "New lesion: its name", hint="node 7R")
        self.kind, self.role = Field("Kind", choices=KINDS), Field("Role", choices=ROLES)
        self.organ = Field("Organ")
        self.measurable, self.irradiated = Field("Measurable", choices=ANSWERS), Field("Irradiated", choices=ANSWERS)
        self.origin = Field("Split or merged from", hint="names, with commas")
        self.remove = button("Remove", "link", accessible=f"Remove the lesion {label or ''}")
        self.fields = (self.name, self.kind, self.role, self.organ, self.measurable, self.irradiated, self.origin)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(Fields(self.fields, WIDTH))
        for place, field in enumerate(self.fields):
            keeper.adopt(field, f"lesion {label or ''} {place}", self._place)
            field.left.connect(partial(self._on_left, field))
            field.entered.connect(self.focusNextChild)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.remove)
        column.addLayout(last)
        self.remove.setVisible(label is not None)  # only now that it has a parent: it would be a window of its own
        self.remove.clicked.connect(self._on_remove)
        self.show_lesion(Lesion("") if label is None else None)

    def show_lesion(self, lesion: Lesion | None) -> None:
        """Show it as recorded; a field that is being typed in keeps its text."""
        if lesion is None:
            return
        texts = (lesion.label, lesion.kind, lesion.role, lesion.organ or "", _word(lesion.measurable), _word(lesion.irradiated), ", ".join(lesion.origin))
        for field, text in zip(self.fields, texts, strict=True):
            if not field.changed:
                said, bad = field.note.text(), field.note.property("bad") == "true"
                field.show_text(text)
                field.say(said, bad=bad)

    @property
    def lesion(self) -> Lesion:
        """As it stands in the fields."""
        origin = tuple(part.strip() for part in self.origin.text.split(",") if part.strip())
        kind: LesionKind = "node" if self.kind.text == "node" else "mass"
        role: LesionRole = "new" if self.role.text == "new" else "non_target" if self.role.text == "non_target" else "target"
        return Lesion(self.name.text, kind, role, self.organ.text or None, _FLAGS[self.measurable.text], _FLAGS[self.irradiated.text], origin)

    def _place(self) -> Place:
        return Place("case", ("lesion", self.label or ""))

    def _on_left(self, field: Field) -> None:
        if not field.changed:
            return
        if self.label is None and not self.name.text:
            self.name.say("Name the lesion first; what is set here goes with it.", bad=True)
            return
        if not self.name.text:
            field.say("A lesion needs a name.", bad=True)
            return
        label = f"Add the lesion {self.name.text}" if self.label is None else f"Change {field.title.lower()} of {self.label}"
        make = partial(_edits, self.label, self.lesion)
        self._keeper.enter(Change(field, self._keeper.begun(field, self._place()), label, make, recorded=self.label is not None and not field.fills))

    def _on_remove(self) -> None:
        if self.label is not None:
            self._keeper.enter(Change(self.name, self._keeper.begun(self.name, self._place()), f"Remove the lesion {self.label}", partial(_removal, self.label), recorded=True))


class LesionsPage(QWidget):
    """A card a lesion, and an empty one."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self._keeper = keeper
        self._key = ""
        self.cards: list[LesionCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(words("note", TOLD))
        keeper.kept.connect(self._on_kept)

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, _visit: str, _look: Look) -> None:
        """Show the lesions as recorded."""
        history = sheet.history
        self.setEnabled(snapshot.latest)
        wanted: list[str | None] = [*(lesion.label for lesion in history.lesions), None]
        if history.case.key != self._key or [card.label for card in self.cards] != wanted:
            self._rebuild(wanted)
            self._key = history.case.key
        for card, lesion in zip(self.cards, history.lesions, strict=False):
            card.show_lesion(lesion)

    def _rebuild(self, wanted: list[str | None]) -> None:
        """Other lesions: cards of those that stay are kept, with what is being typed in them."""
        kept: dict[str | None, LesionCard] = {card.label: card for card in self.cards if card.label is not None and card.label in wanted}
        for card in self.cards:
            if kept.get(card.label) is not card:
                for field in card.fields:
                    self._keeper.disown(field)
                self._column.removeWidget(card)
                card.deleteLater()
        self.cards = [kept.get(label) or LesionCard(self._keeper, label) for label in wanted]
        for card in self.cards:
            self._column.addWidget(card)

    def _on_kept(self, field: object) -> None:
        """Once the new lesion is there, the cursor waits for the next one."""
        if self.cards and field is self.cards[-1].name:
            self.cards[-1].name.focus()


def _word(flag: bool | None) -> str:
    return "" if flag is None else "yes" if flag else "no"


def _edits(label: str | None, lesion: Lesion, sheet: Sheet, _reason: str) -> tuple[Edit, ...]:
    known = sheet.history.lesion(label) if label is not None else None
    if label is not None and known is None:
        raise UserError(f"The lesion {label} is no longer there.", "Look at the list as it is now.")
    return (PutLesion(lesion, label),) if lesion != known else ()


def _removal(label: str, _sheet: Sheet, _reason: str) -> tuple[Edit, ...]:
    return (RemoveLesion(label),)
