"""Words broken into lines for what paints itself: between words, inside one only where it must (H43)."""

from functools import lru_cache

from PySide6.QtGui import QFontMetrics, QTextLayout, QTextOption

from nacdesk.gui.theme import Look


@lru_cache(maxsize=4096)
def broken(text: str, width: int, look: Look, size: int, bold: bool) -> tuple[str, ...]:
    """The lines of a text in a width of pixels, in the font of `size` (at 100 %); none is wider."""
    font = look.font(size, bold=bold)
    metrics = QFontMetrics(font)
    if metrics.horizontalAdvance(text) <= width:
        return (text,)
    if max(metrics.horizontalAdvance(piece) for piece in text.split(" ")) > width:
        text = text.replace("\u00a0", " ")  # rather a count on its own line than a word cut in two
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    lines = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        lines.append(text[line.textStart() : line.textStart() + line.textLength()].strip(" "))
    layout.endLayout()
    return tuple(lines)
