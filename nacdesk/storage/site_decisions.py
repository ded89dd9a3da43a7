"""What a store holds about the rule set of its site: who reviewed it, and which changes were accepted."""

from datetime import date

from nacdesk.domain.rules import ClinicalReview
from nacdesk.errors import UserError
from nacdesk.storage import rule_records
from nacdesk.storage.database import Database
from nacdesk.storage.journal import Journal


class SiteDecisions:
    """Clinical review and site rules of an open store; see Store."""

    _database: Database
    _journal: Journal

    def _check_writable(self) -> None:
        raise NotImplementedError

    def rule_review(self, digest: str) -> ClinicalReview | None:
        """The latest clinical review of the rule set of that very digest, None when there is none."""
        return rule_records.review(self._database, digest)

    def rule_reviews(self) -> tuple[tuple[str, ClinicalReview], ...]:
        """Every clinical review on record with the digest of the rule set that it holds for, latest first."""
        return rule_records.reviews(self._database)

    def site_rules(self) -> str | None:
        """The text of the site's own changes to the rules, as accepted last; None when there are none in force.

        Raises:
            UserError: the text is damaged.
        """
        return rule_records.site_rules(self._database)

    def site_rules_accepted(self) -> str | None:
        """When and by whom the site rules in force were accepted, in words; None when there are none."""
        return rule_records.accepted(self._database)

    def sign_rules(self, digest: str, by: str, on: date, remarks: str = "") -> None:
        """Record that a clinician reviewed the rule set of that digest; it holds for no other.

        Args:
            by: who reviewed it; the account that records it is kept beside.  on: the day of the review.

        Raises:
            UserError: nobody is named, or it could not be saved.
        """
        self._check_writable()
        if not by.strip():
            raise UserError("A clinical review needs the name of its reviewer; nothing was recorded.", "Give the name.")
        rule_records.sign(self._database, digest, by.strip(), on, remarks.strip(), account=self._journal.by, at=self._journal.now())

    def accept_site_rules(self, text: str | None) -> None:
        """Put the text of a site file in force, or with None none; what was in force before stays on record.

        Raises:
            UserError: it could not be saved.
        """
        self._check_writable()
        rule_records.accept(self._database, text or "", account=self._journal.by, at=self._journal.now())
