"""The three columns of the window: worklist, case, flags and options."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget


class Columns(QSplitter):
    """Outer columns that grow with window and text; the case in the middle keeps the larger part."""

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._shared_for = (0, 0.0)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for part in (left, middle, right):
            self.addWidget(part)
        self.setStretchFactor(1, 1)

    def share(self, width: int, scale: float) -> None:
        """Share the width anew where window or text have another size; what the reader dragged stays otherwise."""
        if (width, scale) == self._shared_for:
            return
        self._shared_for = (width, scale)
        grown = 1 + (scale - 1) * 0.15
        left = min(max(0.19 * width, 200), 280) * grown
        right = min(max(0.25 * width, 260), 360) * grown
        self.setSizes([round(left), round(width - left - right), round(right)])
