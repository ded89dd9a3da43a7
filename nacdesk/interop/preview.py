"""What reading a file answers with: candidates, and every reason against them by line and column."""

import re
from dataclasses import dataclass
from pathlib import Path

from nacdesk.domain.facts import History
from nacdesk.errors import UserError

_LONGEST = 400
_QUOTED = re.compile(r"“([^”]*)”")


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a file is refused, or (as a warning) doubted.

    Attributes:
        line: line of a text file, row of an Excel sheet; None when it speaks of the whole file.
        column: header of the column as the file has it, None when it speaks of the row or file.
        sentence: what is wrong and what to do.
        place: the file, or the part of a bundle, where several are read at once; else "".
    """

    line: int | None
    column: str | None
    sentence: str
    place: str = ""

    def __str__(self) -> str:
        where = [self.place, "" if self.line is None else f"line {self.line}", "" if self.column is None else f"column {shown(self.column)}"]
        text = ", ".join(part for part in where if part)
        return f"{text}: {self.sentence}" if text else self.sentence


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """A file as it would be imported; nothing is stored.

    Attributes:
        path: the file or folder, the first one where several were named.
        digest: sha256 over the content, hex; the same content has the same digest.
        histories: the cases. Empty as soon as there is one problem: all or nothing.
        problems: why the file is refused, in the order of the file; empty when it can be imported.
        warnings: doubts that do not refuse; each is also kept with its observation.
        notes: what was done while reading, one finished sentence each.
        rows: rows of data seen.
        unused_columns: columns of a wide table that its mapping does not name.
    """

    path: Path
    digest: str
    histories: tuple[History, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    rows: int = 0
    unused_columns: tuple[str, ...] = ()


class Refused(UserError):
    """A file that is refused as a whole before its rows are read; carries its Problem.

    `read` turns it into a preview with that one problem.
    """

    def __init__(self, sentence: str, remedy: str = "", line: int | None = None, column: str | None = None) -> None:
        super().__init__(sentence, remedy)
        self.problem = Problem(line, column, str(self))


def shown(text: str) -> str:
    """Foreign text as it is quoted in a sentence: one line, not endless."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


def clipped(sentence: str) -> str:
    """A sentence with the foreign text that it quotes cut, where that would fill the screen."""
    sentence = _QUOTED.sub(lambda found: f"“{shown(found[1])}”", sentence)
    return sentence if len(sentence) <= _LONGEST else sentence[: _LONGEST - 1] + "…"
