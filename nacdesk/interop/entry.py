"""One row of any kind of file, in the columns of the long table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nacdesk.interop.preview import Problem, clipped


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row states.

    Attributes:
        line: of the source, 0 where it has no lines.
        cells: filled cells by column of the long table. Without `analyte` the entry states no
            fact; it only makes its case, visit and lesion known.
        names: how the source calls a column, where it differs.
        part: what of the row this is, where one row states several facts; else "".
        place: the file or part it comes from, for problems; "" where there is one only.
        entered: value and unit as first typed, where a bundle kept them.
    """

    line: int
    cells: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    place: str = ""
    entered: str = ""

    def problem(self, column: str | None, sentence: str) -> Problem:
        """A problem of this row; `column` is the long table's name."""
        return Problem(self.line or None, None if column is None else self.names.get(column, column), clipped(sentence), self.place)

    @property
    def id(self) -> str:
        """What names the observation within its case: where it came from."""
        return f"{self.where}, {self.part}" if self.part else self.where

    @property
    def where(self) -> str:
        """The row in a sentence: "line 4"."""
        parts = [self.place, f"line {self.line}" if self.line else ""]
        return ", ".join(part for part in parts if part)
