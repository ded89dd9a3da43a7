"""What stands around the case: the bar at the top, the notice of invented cases, the first page, the status line."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenuBar, QSizePolicy, QVBoxLayout, QWidget

from nacdesk.domain.wording import counted
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import button, fixed, words
from nacdesk.gui.session import Session

FICTITIOUS = "FICTITIOUS DEMONSTRATION CASES"
STATEMENT = "Decision support for professionals; does not replace clinical judgement"


class TopBar(QWidget):
    """The program's name, the menus, and the two actions of every day."""

    import_asked = Signal()
    export_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.menus = QMenuBar()
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it folds where there is no room
        self.import_button = button("Import…", name="import-files")
        self.export_button = button("Export handout (PDF)", "primary", name="export-handout")
        self.import_button.clicked.connect(self.import_asked)
        self.export_button.clicked.connect(self.export_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(10)
        row.addWidget(fixed(text="nacdesk", name="brand"))
        row.addWidget(self.menus, 1)
        row.addWidget(self.import_button)
        row.addWidget(self.export_button)


class FictitiousNotice(QFrame):
    """Says that no case of this store is a patient (H42)."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("fictitious")
        self.notice = words(text=f"{FICTITIOUS}: no real patient, for practice only", name="fictitious-notice")
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 3, 14, 3)
        row.addWidget(self.notice)


class QuietPage(QWidget):
    """A few words in the middle of an empty page."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = words(name="quiet-text")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(40, 40, 40, 40)
        self.column.setSpacing(12)
        self.column.addStretch(1)
        self.column.addWidget(self.text)


class StartPage(QuietPage):
    """What to do next where there is no store, or no case in it."""

    import_asked = Signal()
    new_asked = Signal()
    open_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.import_button = button("Import…", "primary", name="start-import")
        self.new_button = button("New store…", "primary", name="start-new")
        self.open_button = button("Open store…", name="start-open")
        self.import_button.clicked.connect(self.import_asked)
        self.new_button.clicked.connect(self.new_asked)
        self.open_button.clicked.connect(self.open_asked)
        for made in (self.import_button, self.new_button, self.open_button):
            self.column.addWidget(made, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addStretch(2)

    def show_session(self, session: Session) -> None:
        """Say the next step."""
        opened, opening = session.opened is not None, session.opening
        if opening:
            self.text.setText("Opening the store…")
        elif opened:
            self.text.setText("No case yet.\nImport a table of measurements (CSV, Excel, SDTM): Ctrl+I. You see every case and every problem before anything is stored.")
        else:
            self.text.setText("No store is open.\nA store is one file on this computer that holds your cases. Create a new one, or open one you have.")
        self.import_button.setVisible(opened and not opening)
        self.new_button.setVisible(not opened and not opening)
        self.open_button.setVisible(not opened and not opening)


class StatusBar(QWidget):
    """Name of the store, state of saving, rule set, and what the program is not."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.store, self.rules = fixed(name="store-status"), fixed(name="rules-status")
        flow = FlowLayout(self, gap=20, spread=True)
        flow.setContentsMargins(14, 5, 14, 5)
        for widget in (self.store, self.rules, fixed(text=STATEMENT, name="statement")):
            flow.addWidget(widget)
        keep_height(self)

    def show_session(self, session: Session) -> None:
        """Show the state of the store; "saved" only once the store has confirmed it (H25)."""
        opened = session.opened
        if opened is None:
            self.store.setText("Opening the store…" if session.opening else "No store is open")
            self.rules.setText("")
            return
        self.store.setText(f"{opened.path.name} · {_saving(session)}")
        catalog = opened.catalog
        site = f" · {counted(len(catalog.overrides), 'rule')} changed by this site" if catalog.overrides else ""
        self.rules.setText(f"Rule set {catalog.version} · {catalog.standing}{site}")


def _saving(session: Session) -> str:
    if session.opened is not None and session.opened.why_read_only:
        return f"read-only: {session.opened.why_read_only}"
    if session.writing:
        return "saving…"
    if session.unsaved:
        return "the last change was NOT saved"
    return f"saved {session.saved_at:%H:%M:%S}" if session.saved_at else "saved"
