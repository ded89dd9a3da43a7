"""The appendix of a handout: every criterion that was judged or could not be, with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nacdesk.domain.explain import Explanation, Part, explain
from nacdesk.domain.judgements import Review
from nacdesk.report import styles
from nacdesk.report.pages import Pages
from nacdesk.report.styles import COLOURS, Style, para, strong

HEADING = "Basis of every criterion"


@dataclass(frozen=True, slots=True)
class Basis:
    """Every explanation of a review, those of one rule together.

    Attributes:
        rules: in the order of the catalogue.
        left_out: how many rules do not apply to this case.
    """

    rules: Sequence[Sequence[Explanation]]
    left_out: int

    @classmethod
    def of(cls, review: Review) -> "Basis":
        """Of every result that was judged or could not be."""
        found: dict[str, list[Explanation]] = {}
        for result in review.rules:
            if result.state != "not_applicable":
                found.setdefault(result.rule, []).append(explain(result, review))
        return cls(list(found.values()), len(review.latest) - len(found))

    def print(self, pages: Pages) -> None:
        """On pages of their own, in type of full size however small that of the handout is."""
        pages.turn(HEADING)
        told = f"Each criterion that was judged or could not be, at each time point, in the order of the catalogue; {self.left_out} do not apply to this case and are left out."
        pages.paragraph(para(told, style=grown(styles.SMALL, pages.zoom), where="the basis"))
        for explained in self.rules:
            print_title(pages, f"{explained[0].rule} · {explained[0].name}")
            for one in explained:
                pages.gap(3)
                print_part(pages, Part(one.state, (one.said,)), colour=COLOURS.ink)
                for part in one.basis:
                    print_part(pages, part, inset=10)
            pages.gap(3)
            for part in explained[0].about:
                print_part(pages, part)


def grown(style: Style, zoom: float) -> Style:
    """The style as large on paper as it says, on pages that print everything smaller."""
    return replace(style, size=style.size / zoom, leading=style.leading / zoom)


def print_title(pages: Pages, title: str) -> None:
    """The name of an entry, on one page with what follows it."""
    style = grown(styles.HEADING, pages.zoom)
    pages.gap(6)
    pages.need(3 * style.leading)
    pages.paragraph(para(title, style=style, where="a title"))


def print_part(pages: Pages, part: Part, inset: float = 0.0, colour: str = COLOURS.muted) -> None:
    """A heading and its lines: one line runs on behind the heading, several stand below each other."""
    style = grown(styles.SMALL, pages.zoom)
    heading = strong(f"{part.heading}: ", colour)
    if len(part.lines) == 1:
        pages.paragraph(para(heading, part.lines[0], style=style, where=part.heading), inset=inset)
        return
    pages.need(2 * style.leading)
    pages.paragraph(para(heading, style=style, where=part.heading), inset=inset)
    for line in part.lines:
        pages.paragraph(para(line, style=style, where=part.heading), inset=inset + 10)
