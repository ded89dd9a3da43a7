"""Paints an explanation, and any titled lines: of a flag, of an option, of a page to read."""

from collections.abc import Sequence

from PySide6.QtCore import QUrl

from nacdesk.domain.explain import Part, explain
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import RuleResult
from nacdesk.gui.labels import together
from nacdesk.gui.theme import Look, coloured, rich


def basis_of(result: RuleResult, review: Review, look: Look) -> str:
    """The basis of one result as markup, below its sentence."""
    explained = explain(result, review)
    return section_list((*explained.basis, *explained.about), look)


def section_list(parts: Sequence[Part], look: Look, *, size: float = 12, linked: bool = False) -> str:
    """Titled lines as markup, each text from data and catalogue escaped; `linked` lines lead to their pages."""
    style = f"margin: 0 0 {look.px(size / 2)}px 0; font-size: {look.px(size)}px"
    return "".join(f'<p style="{style}">{coloured(part.heading, look.colours.muted, bold=True)}<br>{_lines(part, look, linked)}</p>' for part in parts)


def _lines(part: Part, look: Look, linked: bool) -> str:
    if not (linked and part.to):
        return "<br>".join(rich(together(line)) for line in part.lines)
    ink = f"color: {look.colours.accent}"
    return "<br>".join(f'<a href="{address(to)}" style="{ink}">{rich(together(line))}</a>' for line, to in zip(part.lines, part.to, strict=True))


def address(page: str) -> str:
    """The id of a page as the target of a link; `page_of` reads it back."""
    return "page:" + bytes(QUrl.toPercentEncoding(page).data()).decode("ascii")


def page_of(link: QUrl) -> str:
    """The id of the page that a link leads to."""
    return QUrl.fromPercentEncoding(link.toString(QUrl.ComponentFormattingOption.FullyEncoded).removeprefix("page:").encode("ascii"))
