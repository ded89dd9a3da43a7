"""Every action of the window once: its name, its key, its menu."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from nacdesk.gui.forms import TITLES
from nacdesk.settings import SCALES

if TYPE_CHECKING:
    from nacdesk.gui.main_window import MainWindow

THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High contrast"))
PAPERS = ("A4", "Letter")


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions whose state changes with what is on show."""

    new_case: QAction
    import_files: QAction
    export_handout: QAction
    export_basis: QAction
    undo: QAction
    redo: QAction
    earlier: QAction
    later: QAction
    now: QAction
    basis: QAction
    case_only: tuple[QAction, ...]
    store_only: tuple[QAction, ...]
    themes: dict[str, QAction]
    scales: dict[int, QAction]
    papers: dict[str, QAction]


def build(window: "MainWindow", bar: QMenuBar) -> Actions:
    """Make the actions and their menus."""

    def add(menu: QMenu, text: str, slot: Callable[..., None], *keys: str) -> QAction:
        action = QAction(text, window)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(slot)
        menu.addAction(action)
        window.addAction(action)  # a key works also while the menu bar is folded
        return action

    def choice(menu: QMenu, title: str, entries: "list[tuple[object, str]]", slot: Callable[[QAction], None]) -> dict:
        sub = menu.addMenu(title)
        group = QActionGroup(window)
        made = {}
        for value, text in entries:
            action = QAction(text, window)
            action.setCheckable(True)
            action.setData(value)
            group.addAction(action)
            sub.addAction(action)
            made[value] = action
        group.triggered.connect(slot)
        return made

    file = bar.addMenu("&File")
    add(file, "&New store…", window.on_new_store, "Ctrl+Shift+N")
    add(file, "&Open store…", window.on_open_store, "Ctrl+O")
    file.addSeparator()
    new_case = add(file, "New &case…", window.on_new_case, "Ctrl+N")
    import_files = add(file, "&Import…", window.on_import, "Ctrl+I")
    export_handout = add(file, "Export &handout (PDF)…", window.on_export, "Ctrl+P")
    export_basis = add(file, "Export handout with the &basis of every criterion…", window.on_export_basis)
    papers = choice(file, "&Paper", [(name, name) for name in PAPERS], window.on_paper)
    file.addSeparator()
    add(file, "&Quit", window.on_quit, "Ctrl+Q")

    edit = bar.addMenu("&Edit")
    edit.setToolTipsVisible(True)
    undo = add(edit, "&Undo", window.session.undo, "Ctrl+Z")
    redo = add(edit, "&Redo", window.session.redo, "Ctrl+Shift+Z", "Ctrl+Y")
    edit.addSeparator()
    column = add(edit, "Add a &column to the flowsheet…", partial(window.case.ask_sheet, "COLUMN"), "Ctrl+L")
    details = add(edit, "&Details of the chosen value…", partial(window.case.ask_sheet, "DETAILS"), "F4")
    fill = add(edit, "Fill do&wn in the flowsheet", partial(window.case.ask_sheet, "FILL"), "Ctrl+D")
    edit.addSeparator()
    add(edit, "&Find a case", window.worklist.focus_search, "Ctrl+F")
    add(edit, "Your &name…", window.on_name)

    view = bar.addMenu("&View")
    pages = (("&Timeline", window.on_timeline), ("&Data", window.on_data), ("&History", window.on_history))
    tabs = [add(view, text, slot, f"Alt+{place}") for place, (text, slot) in enumerate(pages, 1)]
    view.addSeparator()
    axis = add(view, "Next &axis: cycles, days, dates", window.case.next_axis, "X")
    values = add(view, "Absolute or % &change", window.case.next_values, "C")
    view.addSeparator()
    themes = choice(view, "C&olours", list(THEMES), window.on_theme)
    scales = choice(view, "Text &size", [(size, f"{size} %") for size in SCALES], window.on_scale)
    add(view, "&Larger text", window.on_larger, "Ctrl++", "Ctrl+=")
    add(view, "S&maller text", window.on_smaller, "Ctrl+-")

    case = bar.addMenu("&Case")
    down = add(case, "&Next case", window.on_next_case, "Ctrl+Down")
    up = add(case, "&Previous case", window.on_previous_case, "Ctrl+Up")
    case.addSeparator()
    earlier = add(case, "&Earlier: as of the date before", window.on_earlier, "[")
    later = add(case, "&Later: as of the next date", window.on_later, "]")
    now = add(case, "N&ow: everything recorded", window.session.show_latest, "Alt+Home")
    case.addSeparator()
    basis = add(case, "&Basis of the chosen flag", window.flags.toggle_basis, "B")
    case.addSeparator()
    sub = case.addMenu("&Forms")
    forms = [add(sub, title, partial(window.case.ask_form, title), f"Ctrl+{place % 10}") for place, title in enumerate(TITLES, 1)]
    case.addSeparator()
    window.keeping.build(partial(add, case))

    rules = bar.addMenu("&Rule set")
    sign_off = add(rules, "&Clinical review…", window.rule_set.on_sign_off)
    site_rules = add(rules, "&Site rules…", window.rule_set.on_site_rules)

    about = bar.addMenu("&Help")
    add(about, "&Reference", window.help.on_reference, "F1")
    add(about, "&Intended use", window.help.on_intended_use)
    add(about, "&Find an action…", window.on_find_action, "Ctrl+K")
    add(about, "&Keys", window.help.on_keys)
    add(about, "&About nacdesk and the rule set", window.on_about)
    case_only = (*tabs, axis, values, down, up, basis, column, details, fill, *forms)
    store_only = (sign_off, site_rules)
    return Actions(new_case, import_files, export_handout, export_basis, undo, redo, earlier, later, now, basis, case_only, store_only, themes, scales, papers)
