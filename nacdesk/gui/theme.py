"""How the window looks: one font family, a QPalette and one style sheet, light, dark and high contrast."""

import html
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from nacdesk.charts.palette import Colours, colours
from nacdesk.gui.chart_paint import family
from nacdesk.settings import Settings

TEXT_PX = 13


@dataclass(frozen=True, slots=True)
class Look:
    """The look in force.

    Attributes:
        theme: "light", "dark" or "contrast"; the charts draw in the same one.
        scale: of the text, 1.0 at 100 %.
    """

    theme: str = "light"
    scale: float = 1.0

    @property
    def colours(self) -> Colours:
        """The colours of this theme."""
        return colours(self.theme)

    def px(self, size: float) -> int:
        """A length given at 100 %, in logical pixels at this text size."""
        return round(size * self.scale)

    def font(self, size: float = TEXT_PX, bold: bool = False) -> QFont:
        """The family of screen and paper at `size` pixels (at 100 %)."""
        font = QFont(family())
        font.setPixelSize(self.px(size))
        font.setBold(bold)
        return font


def chosen(settings: Settings) -> Look:
    """The look that the settings ask for; "system" follows the system as it is now."""
    theme: str = settings.theme
    if theme == "system":
        dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        theme = "dark" if dark else "light"
    return Look(theme, settings.text_scale / 100)


def dress(application: QApplication, look: Look) -> None:
    """Give the whole application this look."""
    application.setStyle(QStyleFactory.create("Fusion"))
    application.setPalette(_palette(look.colours))
    application.setFont(look.font())
    application.setStyleSheet(_sheet(look))


def rich(text: str) -> str:
    """Text from data, made safe for a label that shows markup."""
    return html.escape(text, quote=True)


def coloured(text: str, colour: str, bold: bool = False) -> str:
    """Markup for text from data in a colour of the theme."""
    weight = "; font-weight: bold" if bold else ""
    return f'<span style="color: {colour}{weight}">{rich(text)}</span>'


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for key, value in {
        role.Window: c.paper,
        role.Base: c.paper,
        role.AlternateBase: c.ground,
        role.Button: c.paper,
        role.ToolTipBase: c.paper,
        role.WindowText: c.ink,
        role.Text: c.ink,
        role.ButtonText: c.ink,
        role.ToolTipText: c.ink,
        role.BrightText: c.alert,
        role.PlaceholderText: c.muted,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.Light: c.paper,
        role.Midlight: c.line,
        role.Mid: c.edge,
        role.Dark: c.edge,
        role.Shadow: c.edge,
    }.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(c.muted))
    return palette


def _sheet(look: Look) -> str:
    """The one style sheet. Widgets are styled by object name, or by the property `role`."""
    c, px = look.colours, look.px
    return f"""
    QWidget {{ font-family: "{family()}"; font-size: {px(TEXT_PX)}px; }}
    QToolTip {{ color: {c.ink}; background: {c.paper}; border: 1px solid {c.edge}; padding: 4px; }}
    QFrame[role="card"] {{ background: {c.paper}; border: 1px solid {c.line}; border-radius: 6px; }}
    QWidget[role="ground"] {{ background: {c.ground}; }}
    QWidget[role="paper"] {{ background: {c.paper}; }}
    QLabel[role="muted"] {{ color: {c.muted}; }}
    QLabel[role="small"] {{ color: {c.muted}; font-size: {px(11)}px; }}
    QLabel[role="note"] {{ color: {c.muted}; font-size: {px(12)}px; }}
    QLabel[role="title"] {{ font-size: {px(18)}px; font-weight: bold; }}
    QLabel[role="head"] {{ font-weight: bold; }}
    QLabel[role="answer"] {{ font-size: {px(15)}px; }}
    QLabel#brand {{ font-size: {px(14)}px; font-weight: bold; padding: 0 {px(6)}px 0 0; }}

    QWidget#topbar {{ background: {c.paper}; border-bottom: 1px solid {c.line}; }}
    QMenuBar {{ background: transparent; color: {c.muted}; border: none; }}
    QMenuBar::item {{ background: transparent; padding: {px(5)}px {px(9)}px; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {c.accent_soft}; color: {c.ink}; }}
    QMenu {{ background: {c.paper}; border: 1px solid {c.edge}; padding: 4px; }}
    QMenu::item {{ padding: {px(5)}px {px(24)}px {px(5)}px {px(24)}px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.accent_soft}; color: {c.ink}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 6px; }}

    QPushButton {{ background: {c.paper}; color: {c.ink}; border: 1px solid {c.edge}; border-radius: 5px; padding: {px(5)}px {px(12)}px; }}
    QPushButton:hover {{ background: {c.accent_soft}; }}
    QPushButton:focus {{ border: 2px solid {c.accent}; padding: {px(5) - 1}px {px(12) - 1}px; }}
    QPushButton:disabled {{ color: {c.muted}; background: {c.ground}; border-color: {c.line}; }}
    QPushButton[role="primary"] {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; font-weight: bold; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {c.ink}; }}
    QPushButton[role="primary"]:disabled {{ background: {c.chip}; color: {c.muted}; border-color: {c.line}; }}
    QPushButton[role="chip"] {{ background: {c.chip}; border: 1px solid {c.chip}; border-radius: {px(9)}px; padding: {px(3)}px {px(10)}px; font-size: {px(12)}px; }}
    QPushButton[role="chip"]:checked {{ background: {c.accent_soft}; color: {c.accent}; border-color: {c.accent}; }}
    QPushButton[role="chip"]:focus {{ border: 2px solid {c.accent}; padding: {px(3) - 1}px {px(10) - 1}px; }}
    QPushButton[role="segment"] {{ border-radius: 0; padding: {px(4)}px {px(10)}px; font-size: {px(12)}px; color: {c.muted}; }}
    QPushButton[role="segment"]:checked {{ background: {c.accent_soft}; color: {c.accent}; border-color: {c.accent}; }}
    QPushButton[role="segment"]:focus {{ border: 2px solid {c.accent}; padding: {px(4) - 1}px {px(10) - 1}px; }}
    QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {c.muted}; padding: 1px 0; text-align: left; font-size: {px(11)}px; }}
    QPushButton[role="link"]:hover {{ color: {c.accent}; text-decoration: underline; }}
    QPushButton[role="link"]:focus {{ border: 1px solid {c.accent}; border-radius: 3px; color: {c.accent}; }}
    QPushButton[role="section"] {{ background: transparent; border: 1px solid transparent; padding: 1px 0; text-align: left; font-weight: bold; }}
    QPushButton[role="section"]:hover {{ color: {c.accent}; }}
    QPushButton[role="section"]:focus {{ border: 1px solid {c.accent}; border-radius: 3px; color: {c.accent}; }}
    QPushButton[role="step"] {{ padding: {px(1)}px {px(7)}px; font-weight: bold; }}
    QPushButton[role="step"]:focus {{ padding: {px(1) - 1}px {px(7) - 1}px; }}

    QLineEdit {{ background: {c.paper}; border: 1px solid {c.edge}; border-radius: 5px; padding: {px(5)}px {px(8)}px;
                            selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QLineEdit:focus {{ border: 2px solid {c.accent}; padding: {px(5) - 1}px {px(8) - 1}px; }}

    QComboBox {{ min-height: {px(27)}px; padding-left: {px(5)}px; }}

    QListView#worklist {{ background: {c.paper}; border: 1px solid transparent; outline: none; }}
    QListView#worklist:focus {{ border: 1px solid {c.accent}; }}
    QTreeView, QTextBrowser {{ background: {c.paper}; border: 1px solid {c.line}; border-radius: 6px; }}
    QTreeView:focus, QTextBrowser:focus {{ border: 1px solid {c.accent}; }}
    QTreeView::item:selected {{ background: {c.accent_soft}; color: {c.ink}; }}
    QTableView {{ background: {c.paper}; alternate-background-color: {c.ground}; gridline-color: {c.line}; border: 1px solid {c.line}; border-radius: 6px;
                  selection-background-color: {c.accent_soft}; selection-color: {c.ink}; }}
    QTableView:focus {{ border: 1px solid {c.accent}; }}
    QHeaderView {{ background: {c.paper}; }}
    QHeaderView::section {{ background: {c.paper}; color: {c.muted}; border: none; border-bottom: 1px solid {c.edge}; padding: {px(5)}px 4px; font-weight: bold; }}
    QTableCornerButton::section {{ background: {c.paper}; border: none; }}

    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {c.muted}; border: 1px solid transparent; border-bottom: 2px solid transparent; padding: {px(6)}px {px(9)}px; }}
    QTabBar::tab:selected {{ color: {c.accent}; border-bottom: 2px solid {c.accent}; font-weight: bold; }}
    QTabBar::tab:hover {{ color: {c.accent}; }}
    QTabBar:focus {{ border: 1px solid {c.accent}; border-radius: 4px; }}

    QSplitter::handle {{ background: {c.line}; }}
    QScrollArea {{ background: transparent; border: none; }}
    QScrollArea:focus {{ border: 1px solid {c.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c.edge}; border-radius: 4px; min-height: 30px; margin: 2px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {c.edge}; border-radius: 4px; min-width: 30px; margin: 2px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

    QFrame#option {{ background: {c.paper}; border: 1px solid {c.line}; border-radius: 6px; }}
    QFrame#option:focus {{ border: 2px solid {c.accent}; }}
    QLabel[bad="true"] {{ color: {c.alert}; }}
    QLabel[tone] {{ border-radius: 4px; padding: 1px {px(6)}px; font-size: {px(11)}px; }}
    QLabel[tone="watch"] {{ background: {c.watch_soft}; color: {c.watch}; }}

    QFrame#fictitious {{ background: {c.watch_soft}; border-bottom: 1px solid {c.watch}; }}
    QFrame#fictitious QLabel {{ color: {c.watch}; font-weight: bold; font-size: {px(12)}px; }}
    QFrame#message {{ background: {c.accent_soft}; border-bottom: 1px solid {c.accent}; }}
    QFrame#message[tone="error"] {{ background: {c.alert_soft}; border-bottom: 1px solid {c.alert}; }}
    QFrame#message[tone="error"] QLabel#sentence {{ color: {c.alert}; }}
    QFrame#cellbar {{ background: {c.accent_soft}; border: 1px solid {c.accent}; border-radius: 6px; }}
    QFrame#cellbar[tone="refused"] {{ background: {c.alert_soft}; border-color: {c.alert}; }}
    QFrame#cellbar[tone="refused"] QLabel#bar-sentence {{ color: {c.alert}; }}
    QFrame#cellbar[tone="question"] {{ background: {c.watch_soft}; border-color: {c.watch}; }}
    QFrame#cellbar[tone="question"] QLabel#bar-sentence {{ color: {c.watch}; }}
    QLineEdit#cell-editor, QLineEdit#cell-editor:focus {{ border: 2px solid {c.accent}; border-radius: 0; padding: 0 {px(5)}px; }}
    QTableView#flowsheet, QTableView#frozen {{ border-radius: 0; }}
    QTableView#frozen {{ border: none; border-right: 2px solid {c.edge}; }}
    QListWidget {{ background: {c.paper}; border: 1px solid {c.line}; }}
    QFrame#asof {{ background: {c.watch_soft}; border: 1px solid {c.watch}; border-radius: 6px; }}
    QFrame#asof QLabel {{ color: {c.watch}; }}
    QWidget#statusbar {{ background: {c.paper}; border-top: 1px solid {c.line}; }}
    QWidget#statusbar QLabel {{ color: {c.muted}; font-size: {px(12)}px; }}
    """
