"""Keeping a case: its history, import and export of one, the bin, erasure, retention. The menu entries, and what follows them."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from nacdesk.gui import errands, removal
from nacdesk.gui.held import Held
from nacdesk.gui.message import Message, message_of
from nacdesk.gui.removal import Leaving

if TYPE_CHECKING:
    from nacdesk.domain.facts import Case, History
    from nacdesk.gui.history import Chosen
    from nacdesk.gui.main_window import MainWindow
    from nacdesk.gui.untouched_dialog import UntouchedDialog
    from nacdesk.storage.store import BinRow, CaseRow, Changes, JournalEntry

Add = Callable[..., QAction]
PDF, EVERYTHING, EXPORTS = "PDF (*.pdf)", "PDF to read (*.pdf);;Data (*.json)", "Whole case (*.json);;Table (*.csv);;Excel (*.xlsx)"
HISTORY_TAB, DATA_TAB = 2, 1


class Keeping(QObject):
    """What can be done with a whole case, for one window.

    A file dialog or a question lets events through: each job holds the case and the revision it began on.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._untouched: UntouchedDialog | None = None

    def build(self, add: Add) -> None:
        """Make the menu entries; `add` puts one into the menu."""
        self._value = add("&History of the chosen value", self.on_value, "Ctrl+H")
        self._print = add("Prin&t history…", self.on_print)
        self._import = add("I&mport into this case…", self.on_import)
        self._export = add("E&xport this case…", self.on_export)
        self._everything = add("E&verything recorded about this patient…", self.on_everything)
        self._delete = add("&Delete case…", self.on_delete)
        self._bin = add("B&in…", self.on_bin)
        self._erase = add("E&rase a patient…", self.on_erase)
        self._years = add("Cases &untouched for years…", self.on_untouched)
        session = self._session
        for changed in (session.store_changed, session.snapshot_changed, session.wanted_changed):
            changed.connect(self._show_state)
        self._window.case.stack.widgetAdded.connect(self._on_page_added)
        for action in (self._value, self._print, self._import, self._export, self._everything, self._delete, self._bin, self._erase, self._years):
            action.setEnabled(False)  # until there is a store

    def _show_state(self, _what: object = None) -> None:
        """Which entries make sense, and what undo and redo would do."""
        session, actions = self._session, self._window.actions_
        ready, opened = Held.on_show(session) is not None, session.opened
        for action in (self._value, self._print, self._export, self._everything):
            action.setEnabled(ready)
        for action in (self._import, self._delete, self._erase):
            action.setEnabled(ready and session.writable)
        for action in (self._bin, self._years):
            action.setEnabled(opened is not None and not session.opening)
        for action, label, what in ((actions.undo, opened and opened.undo, "Takes back"), (actions.redo, opened and opened.redo, "Does again")):
            action.setToolTip(f"{what}: {label}" if label else f"{what} nothing: there is no such step")

    # the history

    def on_value(self) -> None:
        """Show what happened to the value that the cursor is on."""
        chosen = self._chosen_value()
        if chosen is None:
            self._tell("Choose a recorded value first: put the cursor on it in Data, in the flowsheet or in “All facts”.")
            return
        self._window.case.show_tab(HISTORY_TAB)
        self._window.case.history.show_value(*chosen)

    def on_print(self) -> None:
        """Print the history as it is in view; all of it, newest first, where it is not."""
        from nacdesk.gui.history import Chosen

        held, snapshot = Held.on_show(self._session), self._session.snapshot
        if held is None or snapshot is None:
            return
        view = self._window.case.history if self._window.case.tabs.currentIndex() == HISTORY_TAB else None
        chosen, newest = (view.chosen, view.newest_first) if view is not None else (Chosen(), True)
        path = self._save_name("Print the history", f"{file_stem(held.key)}-history.pdf", PDF)
        if path is not None and self._is_still(held):
            self._session.ask(partial(_journal, held.key), partial(self._print_journal, snapshot.facts.case, chosen, newest, path))

    def _print_journal(self, case: "Case", chosen: "Chosen", newest: bool, path: Path, entries: "Sequence[JournalEntry]") -> None:
        found = [entry for entry in entries if chosen.shows(entry)]
        if newest:
            found.reverse()
        order = "Newest first" if newest else "Oldest first"
        work = partial(errands.print_history, case, found, path, len(entries), chosen.words, order, self._window.settings.paper)
        self._write(work, "The history was printed to")

    def _chosen_value(self) -> tuple[Iterable[str], str] | None:
        """Ids of the values under the cursor of the Data tab, and how they are called."""
        case, snapshot = self._window.case, self._session.snapshot
        if snapshot is None or case.tabs.currentIndex() != DATA_TAB:
            return None
        from nacdesk.domain.facts import Observation
        from nacdesk.gui.edits import facts_of

        data, review = case.data, snapshot.review
        if data.pages.key == "facts":
            row = data.facts.currentIndex().row()
            facts = review.history.observations[row : row + 1] if row >= 0 else ()
        elif data.pages.key != "sheet":
            facts = ()
        else:
            sheet, place = data.sheet.state.sheet, data.sheet.view.cells.place(data.sheet.view.currentIndex())
            found = facts_of(sheet, place) if sheet is not None and place is not None else ()
            facts = tuple(fact for fact in found if isinstance(fact, Observation))
        if not facts:
            return None
        first = facts[0]
        known = review.catalog.analytes.get(first.analyte)
        visit = next((visit.name for visit in review.history.visits if visit.id == first.visit), "")
        name = f"{known.label if known else first.analyte}{f' of {first.lesion}' if first.lesion else ''}"
        return {fact.id for fact in facts}, f"{name}, {visit}"

    # one case in and out

    def on_import(self) -> None:
        """Import a file that must be of the case on show."""
        held = self._begin(self.on_import)
        snapshot = self._session.snapshot
        if held is not None and snapshot is not None:
            who = Leaving(held.key, snapshot.facts.case.patient, ())
            self._window.imports.begin(held, who.identity)

    def on_export(self) -> None:
        """Write the whole case as a file that import reads back."""
        held = Held.on_show(self._session)
        if held is None:
            return
        path = self._save_name("Export this case", f"{file_stem(held.key)}.json", EXPORTS)
        if path is not None and self._is_still(held):
            self._session.ask(partial(_history, held.key), partial(self._on_read, path))

    def _on_read(self, path: Path, history: "History") -> None:
        assert self._session.opened is not None
        self._write(partial(errands.export_case, history, self._session.opened.catalog, path), "The case, with the patient's name, was exported to")

    def on_everything(self) -> None:
        """Write everything that is recorded about the patient as one file."""
        held = Held.on_show(self._session)
        if held is None:
            return
        path = self._save_name("Everything recorded about this patient", f"{file_stem(held.key)}-everything.pdf", EVERYTHING)
        if path is not None and self._is_still(held):
            self._session.ask(partial(removal.everything, held.key), partial(self._on_everything, path))

    def _on_everything(self, path: Path, found: dict[str, Any]) -> None:
        assert self._session.opened is not None
        work = partial(errands.write_everything, found, self._session.opened.catalog, path, self._window.settings.paper)
        self._write(work, "Readable by your account alone:")

    def _write(self, work: Callable[[], Path], told: str) -> None:
        self._session.file_jobs.submit(work, partial(self._on_written, told), self._on_not_written)

    def _on_written(self, told: str, path: Path) -> None:
        self._tell(f"{told} {path}")

    def _on_not_written(self, error: BaseException) -> None:
        self._session.tell(message_of(error, "The file was not written."))

    # the bin, erasure, retention

    def on_delete(self) -> None:
        """Ask before the case on show goes to the bin."""
        held = self._begin(self.on_delete)
        if held is not None:
            self._session.ask(partial(removal.leaving, held.key), partial(self._ask_delete, held))

    def _ask_delete(self, held: Held, leaving: Leaving) -> None:
        from nacdesk.gui.removal_dialog import DeleteDialog

        if self._is_still(held):
            dialog = DeleteDialog(self._session, held, leaving, self._window)
            dialog.confirmed.connect(self._on_delete_confirmed)
            dialog.open()

    def _on_delete_confirmed(self, leaving: Leaving, reason: str) -> None:
        self._session.perform(f"Delete case {leaving.key}", partial(removal.remove, leaving.key, reason), partial(self._on_deleted, leaving))

    def _on_deleted(self, leaving: Leaving, _changes: "Changes") -> None:
        self._tell(f"Case {leaving.key} is in the bin: {leaving.parts[0][2]}.", "Ctrl+Z or Case › Bin… brings it back.")

    def on_bin(self) -> None:
        """List the deleted cases."""
        if self._session.opened is not None:
            self._session.ask(removal.deleted, partial(self._show_bin, self._session.opened.path))

    def _show_bin(self, store: Path, rows: "tuple[BinRow, ...]") -> None:
        from nacdesk.gui.bin_dialog import BinDialog

        dialog = BinDialog(rows, self._session.writable, self._window)
        dialog.restore_asked.connect(partial(self._on_restore, store))
        dialog.erase_asked.connect(partial(self._on_erase_from_bin, store))
        dialog.open()

    def _on_restore(self, store: Path, key: str) -> None:
        if self._is_still(Held(store, key)):
            self._session.perform(f"Restore case {key}", partial(removal.restore, key), partial(self._on_restored, key))

    def _on_restored(self, key: str, _changes: "Changes") -> None:
        self._session.show_case(key)
        self._tell(f"Case {key} is back, exactly as it was.")

    def on_erase(self) -> None:
        """Ask before the patient of the case on show is erased for good."""
        held = self._begin(self.on_erase)
        if held is not None:
            self._begin_erasure(held)

    def _on_erase_from_bin(self, store: Path, key: str) -> None:
        self._begin_erasure(Held(store, key))

    def _begin_erasure(self, held: Held) -> None:
        self._session.ask(partial(removal.leaving, held.key), partial(self._ask_erase, held))

    def _ask_erase(self, held: Held, leaving: Leaving) -> None:
        from nacdesk.gui.removal_dialog import EraseDialog

        if self._is_still(held):
            dialog = EraseDialog(self._session, held, leaving, self._window)
            dialog.confirmed.connect(self._on_erase_confirmed)
            dialog.open()

    def _on_erase_confirmed(self, leaving: Leaving, reason: str) -> None:
        work = partial(removal.erase, leaving.keys, reason)
        self._session.perform("Erase a patient", work, partial(self._on_erased, leaving), partial(self._on_not_erased, leaving))

    def _on_erased(self, leaving: Leaving, _changes: "Changes") -> None:
        self._forget(leaving)
        self._tell("The patient is erased from this store.", "Handouts, exports and copies made before still hold the patient.")

    def _on_not_erased(self, leaving: Leaving, _error: BaseException) -> None:
        """The rows may be gone although another window keeps older pages of the file."""
        self._session.ask(partial(removal.are_gone, leaving.keys), partial(self._on_looked, leaving))

    def _on_looked(self, leaving: Leaving, gone: bool) -> None:
        opened = self._session.opened
        if gone and opened is not None:
            self._forget(leaving)
            self._session.open(opened.path)  # what undo would do is read again as well

    def _forget(self, leaving: Leaving) -> None:
        from nacdesk.gui.forgetting import forget

        forget(self._window, leaving.keys, {text for text in (leaving.who.name, leaving.who.mrn, *leaving.keys) if text and len(text) > 2})

    def on_untouched(self) -> None:
        """List the cases that were not changed for a number of years."""
        if self._untouched is None:
            from nacdesk.gui.untouched_dialog import UntouchedDialog

            self._untouched = UntouchedDialog(self._window)
            self._untouched.years_asked.connect(self._on_years)
            self._untouched.case_asked.connect(self._on_case)
        self._untouched.begin()

    def _on_years(self, years: int) -> None:
        self._session.ask(partial(removal.untouched, years, datetime.now().astimezone().date()), partial(self._show_untouched, years))

    def _show_untouched(self, years: int, rows: "tuple[CaseRow, ...]") -> None:
        if self._untouched is not None:
            self._untouched.show_found(years, rows)

    def _on_case(self, key: str) -> None:
        self._session.show_case(key)

    # parts

    def _begin(self, again: Callable[[], None]) -> Held | None:
        """The case on show to do something to; None while something half entered holds it, which then begins again."""
        if not self._session.writable or any(holder(again) for holder in self._session.holders):
            return None
        return Held.on_show(self._session)

    def _is_still(self, held: Held) -> bool:
        why = held.why_not(self._session)
        if why:
            self._session.tell(Message("error", why))
        return not why

    def _save_name(self, title: str, suggested: str, kinds: str) -> Path | None:
        """Ask for a file that is not there yet; a name without an ending gets the one that was chosen."""
        from PySide6.QtWidgets import QFileDialog

        name, kind = QFileDialog.getSaveFileName(self._window, title, suggested, kinds, options=QFileDialog.Option.DontConfirmOverwrite)
        if not name:
            return None
        ending = re.search(r"\*(\.\w+)", kind or kinds)
        path = Path(name)
        return path if path.suffix or ending is None else path.with_name(path.name + ending[1])

    def _tell(self, sentence: str, remedy: str = "") -> None:
        self._session.tell(Message("info", sentence, remedy))

    def _on_page_added(self, place: int) -> None:
        """The history page is made when it is first turned to; its button prints what is in view."""
        from nacdesk.gui.history import HistoryView

        page: QWidget | None = self._window.case.stack.widget(place)
        if isinstance(page, HistoryView):
            page.print_asked.connect(self.on_print)


def file_stem(key: str) -> str:
    """The key of a case as part of a file name, which holds no patient (H37): "D-100482"."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", key).strip("_") or "case"


def _journal(key: str, store: Any) -> Any:
    return store.journal(key)


def _history(key: str, store: Any) -> Any:
    return store.history(key)
