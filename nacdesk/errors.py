"""The two kinds of failure.

A ``UserError`` is something its reader can mend: it carries one sentence that says what
happened and what was kept, and a remedy. A ``BugError`` is ours to mend.
"""


class NacdeskError(Exception):
    """Base of every error this program raises on purpose."""


class UserError(NacdeskError):
    """A failure that the user can mend.

    Attributes:
        sentence: what happened and what was kept, one finished sentence.
        remedy: what to do now, one finished sentence, or "".
    """

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(f"{sentence} {remedy}".strip())
        self.sentence = sentence
        self.remedy = remedy


class BugError(NacdeskError):
    """A failure of the program itself; the text never holds patient data."""
