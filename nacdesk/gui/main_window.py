"""The window: worklist, case, flags and options around one session."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from nacdesk import __version__, paths
from nacdesk import settings as settings_module
from nacdesk.errors import UserError
from nacdesk.gui import theme
from nacdesk.gui.actions import build
from nacdesk.gui.case_view import CaseView
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.findings import Findings
from nacdesk.gui.keeping import Keeping, file_stem
from nacdesk.gui.message import Message
from nacdesk.gui.message_bar import MessageBar
from nacdesk.gui.session import Session
from nacdesk.gui.shell import STATEMENT, FictitiousNotice, QuietPage, StartPage, StatusBar, TopBar
from nacdesk.gui.worklist import Worklist
from nacdesk.settings import SCALES, Settings, actor

if TYPE_CHECKING:
    from nacdesk.gui.finder import Finder
    from nacdesk.gui.import_dialog import ImportDialog

PATIENCE_MS = 250  # until a case that is on its way covers the one before
STORES = "nacdesk stores (*.nac);;All files (*)"
KEYS = (
    ("Ctrl+K", "any action by its name"), ("Ctrl+F", "find a case; Down or Enter goes to the list"), ("Ctrl+Down, Ctrl+Up", "next and previous case"),
    ("Ctrl+N", "new case"), ("Ctrl+I", "import"), ("Ctrl+P", "export the handout"), ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Alt+1, 2, 3", "timeline, data (the flowsheet), history"), ("Ctrl+1 … Ctrl+0", "the forms"), ("X", "axis: cycles, days, dates"), ("C", "absolute or % change"),
    ("[ and ]", "as of an earlier or later date"), ("Alt+Home", "now: everything recorded"), ("B", "basis of the chosen flag"),
    ("Ctrl+L, F4, Ctrl+D", "in the flowsheet: add a column, details of a value, fill down"), ("Ctrl+H", "history of the chosen value"),
    ("Ctrl++, Ctrl+−", "larger and smaller text"), ("Tab, Shift+Tab", "from part to part"),
)  # fmt: skip


class MainWindow(QMainWindow):
    """Shows what the session holds and hands on what the reader wants. It owns the session.

    Args:
        session: the session to show, closed with the window.
        settings: the reader's preferences.
        settings_file: where changed preferences are kept.
    """

    def __init__(self, session: Session, settings: Settings, settings_file: Path) -> None:
        super().__init__()
        self.setWindowTitle("nacdesk")
        self.session = session
        self.settings, self._settings_file = settings, settings_file
        self.look = theme.chosen(settings)
        self._closing = self._may_close = False
        self._sized_for = (0, 0.0)
        self._veiled = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience_over)
        session.setParent(self)
        self.top, self.notice, self.messages, self.status = TopBar(), FictitiousNotice(), MessageBar(), StatusBar()
        self.worklist, self.case, self.findings = Worklist(), CaseView(session), Findings()
        self.flags, self.options = self.findings.flags, self.findings.options
        self.start, self.no_case = StartPage(), QuietPage()
        self._imports: ImportDialog | None = None
        self._finder: Finder | None = None
        self._lay_out()
        self.keeping = Keeping(self)
        self.actions_ = build(self, self.top.menus)
        self._connect()
        self._dress()  # once all are there: each widget that finds its parent later is styled again
        self._show_look()
        self._show_store()

    @property
    def imports(self) -> "ImportDialog":
        """The import dialog, made when it is first wanted."""
        if self._imports is None:
            from nacdesk.gui.import_dialog import ImportDialog

            self._imports = ImportDialog(self.session, self)
            self._imports.resize(880, 620)
            self._imports.imported.connect(self._on_imported)
        return self._imports

    # what the session says

    def _connect(self) -> None:
        session = self.session
        session.store_changed.connect(self._show_store)
        session.rows_changed.connect(self._show_rows)
        session.judged.connect(self.worklist.show_judged)
        session.snapshot_changed.connect(self._show_snapshot)
        session.wanted_changed.connect(self._on_wanted)
        session.journal_read.connect(self.case.show_journal)
        session.told.connect(self.messages.show_message)
        session.closed.connect(self._on_closed)
        session.close_refused.connect(self._on_close_refused)
        session.held.connect(self._on_held, Qt.ConnectionType.QueuedConnection)  # the list is still choosing its row
        self.worklist.searched.connect(session.find)
        self.worklist.seen.connect(session.prefer)
        self.worklist.case_chosen.connect(self._on_case_chosen)
        self.case.earlier_asked.connect(self.on_earlier)
        self.case.later_asked.connect(self.on_later)
        self.case.now_asked.connect(session.show_latest)
        self.case.flag_clicked.connect(self.flags.choose)
        self.case.journal_asked.connect(session.read_journal)
        self.flags.chosen.connect(self.case.highlight)
        self.top.import_asked.connect(self.on_import)
        self.top.export_asked.connect(self.on_export)
        self.start.import_asked.connect(self.on_import)
        self.start.new_asked.connect(self.on_new_store)
        self.start.open_asked.connect(self.on_open_store)
        self.messages.reload_asked.connect(session.reload)

    def _show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Header, chart, flags and options from one snapshot, at once (H02)."""
        self._patience.stop()
        self._veiled = False
        if snapshot is not None:
            self.case.show_snapshot(snapshot, self.look)
            self.findings.show_snapshot(snapshot, self.look)
            self.worklist.mark(snapshot.key)
        else:
            self.worklist.mark(None)
        self._show_state()

    def _on_wanted(self) -> None:
        """Another case is on its way; one that takes long leaves the old one covered, lest it be taken for the new."""
        if self.session.pending:
            self._patience.start()
        self._show_state()

    def _on_patience_over(self) -> None:
        self._veiled = self.session.pending
        self._show_state()

    def _show_rows(self) -> None:
        session = self.session
        self.worklist.show_rows(session.rows, session.summaries, session.search)
        self._show_state()

    def _show_store(self) -> None:
        """Everything that depends on the store itself: status line, menus, the notice of a fictitious one."""
        opened = self.session.opened
        self.notice.setVisible(opened is not None and opened.fictitious)
        self.status.show_session(self.session)
        undo, redo = (opened.undo, opened.redo) if opened is not None else (None, None)
        self.actions_.undo.setText(_with_label("&Undo", undo))
        self.actions_.redo.setText(_with_label("&Redo", redo))
        self._show_state()

    def _show_state(self) -> None:
        """Which page is in view and which actions make sense."""
        session, actions = self.session, self.actions_
        shown = session.snapshot is not None
        in_use = session.opened is not None and bool(session.rows or session.search or shown)
        self._pages.setCurrentWidget(self._columns if in_use else self.start)
        self.start.show_session(session)
        self._middle.setCurrentWidget(self.case if shown and not self._veiled else self.no_case)
        self.no_case.text.setText("Opening the case…" if session.pending else "Choose a case in the list.")
        self.findings.content.setVisible(shown and not self._veiled)
        ready = shown and not session.pending
        for action in actions.case_only:
            action.setEnabled(shown)
        actions.new_case.setEnabled(session.writable)
        actions.import_files.setEnabled(session.writable)
        actions.export_handout.setEnabled(ready)
        actions.undo.setEnabled(session.writable and session.opened is not None and session.opened.undo is not None)
        actions.redo.setEnabled(session.writable and session.opened is not None and session.opened.redo is not None)
        snapshot = session.snapshot
        actions.earlier.setEnabled(snapshot is not None and snapshot.here > 0)
        actions.later.setEnabled(snapshot is not None and not snapshot.latest)
        actions.now.setEnabled(snapshot is not None and not snapshot.latest)
        self.top.import_button.setEnabled(actions.import_files.isEnabled())
        self.top.export_button.setEnabled(actions.export_handout.isEnabled())

    # what the reader wants

    def on_import(self) -> None:
        """Open the import dialog."""
        self.imports.begin()

    def on_new_case(self) -> None:
        """Ask for a new case."""
        if not self.session.writable or self.session.opened is None:
            return
        from nacdesk.gui.forms.new_case import NewCaseDialog

        dialog = NewCaseDialog(self.session, self.session.opened.catalog, self)
        dialog.made.connect(self.session.show_case)
        dialog.open()

    def on_export(self) -> None:
        """Save the handout of the case and as-of on show."""
        snapshot = self.session.snapshot
        if snapshot is None or self.session.pending:
            return
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(self, "Export handout", suggested_name(snapshot), "PDF (*.pdf)")
        if not name:
            return
        if self.session.snapshot is not snapshot:  # the dialog let events through
            self.session.tell(Message("error", "The case changed while the file was being chosen; no handout was saved.", "Export it again."))
            return
        self.session.export_handout(Path(name if name.lower().endswith(".pdf") else f"{name}.pdf"), self.settings.paper)

    def on_new_store(self) -> None:
        """Create a store and open it."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(self, "New store", str(paths.home() / "cases.nac"), STORES, options=QFileDialog.Option.DontConfirmOverwrite)
        if name:
            path = Path(name) if Path(name).suffix else Path(name).with_suffix(".nac")
            if path.exists():
                self.session.tell(Message("error", f"{path.name} exists already and was left as it is.", "Choose another name, or open it."))
            else:
                self.session.open(path, create=True)

    def on_open_store(self) -> None:
        """Open another store."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(self, "Open store", str(paths.home()), STORES)
        if name:
            self.session.open(Path(name))

    def on_quit(self) -> None:
        """Close the window."""
        self.close()

    def on_timeline(self) -> None:
        """Turn to the timeline."""
        self.case.show_tab(0)

    def on_data(self) -> None:
        """Turn to the data."""
        self.case.turn_to_data()

    def on_history(self) -> None:
        """Turn to the history."""
        self.case.show_tab(2)

    def on_next_case(self) -> None:
        """Show the next case of the worklist."""
        self.worklist.choose_next(1)

    def on_previous_case(self) -> None:
        """Show the previous case of the worklist."""
        self.worklist.choose_next(-1)

    def on_earlier(self) -> None:
        """One step back in what was known."""
        self.session.step(-1)

    def on_later(self) -> None:
        """One step forth in what was known."""
        self.session.step(1)

    def on_theme(self, action: QAction) -> None:
        """Choose the colours."""
        self._keep(replace(self.settings, theme=action.data()))

    def on_scale(self, action: QAction) -> None:
        """Choose the size of the text."""
        self._keep(replace(self.settings, text_scale=action.data()))

    def on_larger(self) -> None:
        """The next larger text."""
        self._keep(replace(self.settings, text_scale=next((size for size in SCALES if size > self.settings.text_scale), SCALES[-1])))

    def on_smaller(self) -> None:
        """The next smaller text."""
        self._keep(replace(self.settings, text_scale=next((size for size in reversed(SCALES) if size < self.settings.text_scale), SCALES[0])))

    def on_paper(self, action: QAction) -> None:
        """Choose the paper of the handout."""
        self._keep(replace(self.settings, paper=action.data()))

    def on_name(self) -> None:
        """Ask who acts."""
        from nacdesk.gui.name_dialog import NameDialog

        dialog = NameDialog(self.settings.display_name, self)
        dialog.named.connect(self._on_named)
        dialog.open()

    def _on_named(self, name: str) -> None:
        self._keep(replace(self.settings, display_name=name))
        self.session.act_as(actor(self.settings))

    def on_find_action(self) -> None:
        """Find an action by its name."""
        if self._finder is None:
            from nacdesk.gui.finder import Finder

            self._finder = Finder(self.top.menus, self)
        self._finder.begin()

    def on_keys(self) -> None:
        """List the keys."""
        self._tell_more("Keys", "<table cellspacing='6'>" + "".join(f"<tr><td><b>{theme.rich(key)}</b></td><td>{theme.rich(text)}</td></tr>" for key, text in KEYS) + "</table>")

    def on_about(self) -> None:
        """Version, rule set and what the program is not."""
        opened = self.session.opened
        rules = f"Rule set {opened.catalog.version}, digest {opened.catalog.digest[:12]}: {opened.catalog.standing}. {opened.catalog.statement}" if opened else ""
        self._tell_more("About nacdesk", f"<b>nacdesk {theme.rich(__version__)}</b><p>{theme.rich(rules)}</p><p>{STATEMENT}.</p>")

    def show_uncertain(self) -> None:
        """After a fault of the program: what is shown may be stale until it is read again."""
        text = "The program made an error; what is shown may not be what is stored. What was confirmed as saved is kept."
        self.messages.show_message(Message("error", text, "Reload, and check what is shown.", reload=True))

    def _tell_more(self, title: str, text: str) -> None:
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Close, self)
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _on_case_chosen(self, key: object) -> None:
        assert isinstance(key, str)
        self.messages.dismiss_news()
        self.session.show_case(key)

    def _on_imported(self, keys: Sequence[str]) -> None:
        """Show the first imported case."""
        if keys:
            self.session.show_case(keys[0])

    # looks

    def _dress(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.dress(application, self.look)

    def _show_look(self) -> None:
        """Tell the look to what draws by itself."""
        self.worklist.show_look(self.look)
        self.actions_.themes[self.settings.theme].setChecked(True)
        self.actions_.scales[self.settings.text_scale].setChecked(True)
        self.actions_.papers[self.settings.paper].setChecked(True)
        self._share_width()
        if self.session.snapshot is not None:
            self._show_snapshot(self.session.snapshot)

    def _keep(self, settings: Settings) -> None:
        changed, self.settings = settings != self.settings, settings
        if not changed:
            return
        self.look = theme.chosen(settings)
        self._dress()
        self._show_look()
        try:
            settings_module.save(settings, self._settings_file)
        except UserError as error:
            self.session.tell_error(error)

    def _share_width(self) -> None:
        """The outer columns grow with window and text, the case keeps the larger part."""
        wanted = (self.width(), self.look.scale)
        if wanted == self._sized_for:
            return
        self._sized_for = wanted
        width, grown = self.width(), 1 + (self.look.scale - 1) * 0.15
        left = min(max(0.19 * width, 200), 280) * grown
        right = min(max(0.25 * width, 260), 360) * grown
        self._columns.setSizes([round(left), round(width - left - right), round(right)])

    def _lay_out(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self.no_case)
        self._middle.addWidget(self.case)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setHandleWidth(1)
        self._columns.setChildrenCollapsible(False)
        for part in (self.worklist, self._middle, self.findings):
            self._columns.addWidget(part)
        self._columns.setStretchFactor(1, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start)
        self._pages.addWidget(self._columns)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.messages)
        column.addWidget(self._pages, 1)
        column.addWidget(self.status)
        self.setMenuWidget(self.top)
        self.setCentralWidget(central)
        self.worklist.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.resize(1440, 900)

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stay until all that was asked for has been answered and the store is closed; stay on if any of it failed."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        if not self._closing:
            self._closing = True
            if self._imports is not None:
                self._imports.reject()
            self.session.close()

    def _on_closed(self) -> None:
        self.session.shutdown()
        self._may_close = True
        self.close()

    def _on_held(self) -> None:
        """Something half entered keeps the case on show: the list says so."""
        self.worklist.mark(self.session.wanted[0] if self.session.wanted is not None else None)

    def _on_close_refused(self) -> None:
        self._closing = False


def _with_label(action: str, label: str | None) -> str:
    """A menu text with the label of the step; an ampersand in it is no mnemonic."""
    return f"{action}: {label.replace('&', '&&')}" if label else action


def suggested_name(snapshot: Snapshot) -> str:
    """A file name from the key of the case and a date alone (H37): "D-100482-2026-10-19.pdf"."""
    key, as_of = file_stem(snapshot.key), snapshot.review.as_of
    return f"{key}-{as_of.isoformat()}.pdf" if as_of else f"{key}.pdf"
