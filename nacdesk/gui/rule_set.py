"""The rule set of the open store: its clinical review, the rules of the site, and what the worker answers about both."""

import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nacdesk.domain.rules import Catalog, ClinicalReview
from nacdesk.errors import UserError
from nacdesk.gui.desk import Desk
from nacdesk.gui.message import Message
from nacdesk.gui.session import Session

if TYPE_CHECKING:
    from nacdesk.gui.sign_off import SignOffDialog
    from nacdesk.gui.site_rules import SiteRulesDialog
    from nacdesk.storage.store import Changes, Store
    from nacdesk.work import FlagChange


class RuleSetMenu(QObject):
    """The slots of the menu “Rule set” with their dialogs, each made when it is first wanted.

    Signals:
        site_rules_shown: the dialog about the site rules has been opened.
    """

    site_rules_shown = Signal()

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._sign_off: SignOffDialog | None = None
        self._site_rules: SiteRulesDialog | None = None
        self._asked = False
        session.store_changed.connect(self._on_store_changed)

    @property
    def sign_off(self) -> "SignOffDialog":
        """The dialog in which the clinical review is recorded."""
        if self._sign_off is None:
            from nacdesk.gui.sign_off import SignOffDialog

            self._sign_off = SignOffDialog(self._session, self._window)
            self._sign_off.signed.connect(partial(self._reread, "Clinical review recorded"))
        return self._sign_off

    @property
    def site_rules(self) -> "SiteRulesDialog":
        """The dialog about the rules of this site."""
        if self._site_rules is None:
            from nacdesk.gui.site_rules import SiteRulesDialog

            self._site_rules = SiteRulesDialog(self._session, self._window)
            self._site_rules.accepted_rules.connect(self._reread)
        return self._site_rules

    def on_sign_off(self) -> None:
        """Open the clinical review."""
        self.sign_off.begin()

    def on_site_rules(self) -> None:
        """Open the site rules."""
        self.site_rules.begin()
        self.site_rules_shown.emit()

    def close(self) -> None:
        """Close the dialogs; what was not confirmed is dropped."""
        for dialog in (self._sign_off, self._site_rules):
            if dialog is not None:
                dialog.reject()

    def on_reload(self) -> None:
        """Read everything on show again from the store, the rule set in force first."""
        if self._session.opened is not None:
            self._session.consult(Desk.reread, self._session.use_rules, self._on_not_reread)

    def _reread(self, told: str) -> None:
        """Read the rule set in force back from the store, judge everything by it, and say that it is so."""
        self._session.consult(Desk.reread, partial(self._on_reread, told), self._on_not_reread)

    def _on_reread(self, told: str, catalog: Catalog) -> None:
        self._session.use_rules(catalog)
        remedy = "" if catalog.reviewed is not None else "Have it reviewed, and sign under Rule set › Clinical review."
        self._session.tell(Message("info", f"{told}; {catalog.standing}.", remedy))

    def _on_not_reread(self, error: BaseException) -> None:
        self._session.tell_error(error)
        self._session.reload()

    def _on_store_changed(self) -> None:
        """Once for each store that was opened: is the file beside it another one than was accepted?"""
        if self._session.opening:
            self._asked = False
        elif self._session.opened is not None and not self._asked:
            self._asked = True
            self._session.consult(state, self._on_state, self._session.tell_error)

    def _on_state(self, found: "SiteState") -> None:
        if found.difference:
            self._session.tell(Message("error", found.difference, "Look at both under Rule set › Site rules.", site_rules=True))


# Questions to the store, on its worker


@dataclass(frozen=True, slots=True)
class SiteState:
    """The site rules of a store.

    Attributes:
        text: what is in force, None where the shipped rules apply unchanged.
        accepted: when and by whom it was, in words; None as above.
        beside: where the file of the site belongs.
        there: there is such a file.
        difference: one sentence where it is not what is in force, else "".
    """

    text: str | None
    accepted: str | None
    beside: Path
    there: bool
    difference: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Site rules to be looked at before they are accepted.

    Attributes:
        text: exactly what would be accepted, None for none at all.
        old, new: the rule set in force, and the one with this text.
        cases: keys of every case of the store.
    """

    text: str | None
    old: Catalog
    new: Catalog
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a trial would change in some cases.

    Attributes:
        seen: how many cases were held against both rule sets.
        unread: the keys of those among them that could not be read.
    """

    seen: int
    changes: "tuple[FlagChange, ...]"
    unread: tuple[str, ...]


def reviews(desk: Desk) -> tuple[tuple[str, ClinicalReview], ...]:
    """Every clinical review that this store has on record with the digest of its rule set, latest first."""
    return desk.store.rule_reviews()


def state(desk: Desk) -> SiteState:
    """Which site rules are in force, and what stands beside the store."""
    from nacdesk.catalog import site

    text, beside = desk.store.site_rules(), site.beside(desk.store.path)
    return SiteState(text, desk.store.site_rules_accepted(), beside, beside.exists(), _difference(desk.store, text is not None, beside))


def _difference(store: "Store", accepted: bool, beside: Path) -> str:
    from nacdesk import work

    try:
        proposed = work.proposal(store)
    except UserError as error:
        return error.sentence
    if proposed is None:
        return ""
    if not accepted:
        return f"{beside.name} beside the store was not accepted; the shipped rules are in force."
    beside_it = f"{beside.name} beside the store is not what was accepted" if beside.exists() else f"There is no {beside.name} beside the store"
    return f"{beside_it}; what was accepted stays in force."


def trial(path: Path | None, desk: Desk) -> Trial:
    """The rule set with the site rules of this file, with none of them where it is None.

    Raises:
        UserError: the file cannot be read, or makes no sense; names the place in it.
    """
    from nacdesk import catalog
    from nacdesk.catalog import site

    text = None if path is None else site.read_text(path)
    return Trial(text, desk.catalog, catalog.load(site=text), tuple(row.key for row in desk.store.cases()))


def effect(tried: Trial, start: int, seconds: float, desk: Desk) -> Effect:
    """What a trial would change in its cases from place `start` on, as many as fit into the time and at least one."""
    from nacdesk import work

    stop = time.monotonic() + seconds
    changes: list[FlagChange] = []
    unread: list[str] = []
    seen = 0
    for key in tried.cases[start:]:
        try:
            changes += work.flag_changes([desk.store.history(key)], tried.old, tried.new)
        except UserError:
            unread.append(key)
        seen += 1
        if time.monotonic() > stop:
            break
    return Effect(seen, tuple(changes), tuple(unread))


# User actions on the store, on its worker


def sign(digest: str, by: str, on: date, remarks: str, store: "Store") -> "Changes":
    """Record the clinical review of the rule set of that digest."""
    store.sign_rules(digest, by, on, remarks)
    return _done("Clinical review")


def accept(text: str | None, store: "Store") -> "Changes":
    """Put the site rules of this text in force, None for none."""
    store.accept_site_rules(text)
    return _done("Site rules")


def _done(label: str) -> "Changes":
    from nacdesk.storage.store import Changes

    return Changes(frozenset(), False, label)
