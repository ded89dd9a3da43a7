"""Every colour, by what it means, for screen and paper. Colour is never the only cue (hazard H19).

Text reaches 4.5:1 on the backgrounds it stands on, in every theme; a test measures it. Size, SUV,
ctDNA and severities as the design says; markers after Okabe and Ito (2008, "Color Universal Design").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nacdesk.charts.model import Meaning

Theme = Literal["light", "dark", "paper", "contrast"]


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme as "#rrggbb".

    Attributes:
        ink, muted: text and secondary text.
        paper, ground: cards, lists and charts; what lies between them.
        line: borders.  edge: borders of controls.  grid: lines behind the data.
        chip: background of small neutral labels.
        accent: what can be pressed, and the focus; `accent_soft` a selection.
        on_accent: text on the accent and on every severity.
        alert, watch, info, fine: a severity as text or mark; `_soft` the same as a background.
        size, suv, ctdna, markers: a series and its title; markers in the order of their panels.
        lesion: the thin lines of single lesions (their names are written in `size`).
        given, reduced: bars of the treatment lane.  on_lane: their text.
        band, band_alert, band_watch: areas behind the data: measurement variability, what a flag watches.
        watermark: large text behind the data.
    """

    ink: str
    muted: str
    paper: str
    ground: str
    line: str
    edge: str
    grid: str
    chip: str
    accent: str
    accent_soft: str
    on_accent: str
    alert: str
    alert_soft: str
    watch: str
    watch_soft: str
    info: str
    info_soft: str
    fine: str
    fine_soft: str
    size: str
    lesion: str
    suv: str
    ctdna: str
    markers: tuple[str, ...]
    given: str
    reduced: str
    on_lane: str
    band: str
    band_alert: str
    band_watch: str
    watermark: str

    def mark(self, meaning: Meaning, marker: int = 0) -> str:
        """The colour of lines, dots and rings; `marker` is the place among the marker panels."""
        if meaning == "marker":
            return self.markers[marker % len(self.markers)]
        if meaning in ("grey", "limit"):
            return self.muted
        colour: str = getattr(self, meaning)
        return colour

    def text(self, meaning: Meaning, marker: int = 0) -> str:
        """The colour of words of that meaning, legible on paper."""
        return self.size if meaning == "lesion" else self.mark(meaning, marker)

    def soft(self, meaning: Meaning) -> str:
        """The colour of an area of that meaning."""
        return {"alert": self.band_alert, "watch": self.band_watch}.get(meaning, self.band)


_LIGHT = Colours(
    ink="#1b1f24", muted="#57606a", paper="#ffffff", ground="#f3f4f6", line="#dfe2e6", edge="#b9c0c8", grid="#eaecef", chip="#eceef1",
    accent="#0b5cad", accent_soft="#e6f0fa", on_accent="#ffffff",
    alert="#b3261e", alert_soft="#fbeae9", watch="#9a5b00", watch_soft="#fff4e2", info="#45505c", info_soft="#eceef1", fine="#2a6f46", fine_soft="#e3f3e9",
    size="#0b5cad", lesion="#5b95cb", suv="#7a4fb5", ctdna="#0f7d72", markers=("#b84f00", "#0072b2", "#a4467a", "#007a59", "#8a6a00", "#5c5c5c"),
    given="#d5e5f6", reduced="#b9d3ef", on_lane="#084a8e", band="#f3f4f6", band_alert="#fdf3f2", band_watch="#fef8ee", watermark="#e8ebee",
)  # fmt: skip
_DARK = Colours(
    ink="#e8eaed", muted="#a9b1ba", paper="#1c2025", ground="#14171a", line="#343a41", edge="#56606b", grid="#2b3037", chip="#2a3037",
    accent="#6cb2f5", accent_soft="#1d3247", on_accent="#0d1620",
    alert="#ff8f87", alert_soft="#3a2323", watch="#f2b35c", watch_soft="#352a19", info="#b9c3cd", info_soft="#2a3037", fine="#77cc98", fine_soft="#1b3626",
    size="#6cb2f5", lesion="#3f719e", suv="#c3a5f0", ctdna="#5fcdbd", markers=("#ff9d57", "#56b4e9", "#e79ac4", "#3cc79b", "#f0e442", "#c4c4c4"),
    given="#1f3a55", reduced="#2a5580", on_lane="#dcebfb", band="#24292f", band_alert="#2d2225", band_watch="#29261f", watermark="#2e343b",
)  # fmt: skip
_PAPER = Colours(
    ink="#1b1f24", muted="#4d555e", paper="#ffffff", ground="#ffffff", line="#d3d7dc", edge="#9aa2ab", grid="#e6e8eb", chip="#eceef1",
    accent="#0b5cad", accent_soft="#e6f0fa", on_accent="#ffffff",
    alert="#b3261e", alert_soft="#fbeae9", watch="#8a5200", watch_soft="#fff2dd", info="#45505c", info_soft="#eceef1", fine="#2a6f46", fine_soft="#e3f3e9",
    size="#0b5cad", lesion="#5b95cb", suv="#7a4fb5", ctdna="#0f7d72", markers=("#b84f00", "#0072b2", "#a4467a", "#007a59", "#8a6a00", "#5c5c5c"),
    given="#d5e5f6", reduced="#b5d0ed", on_lane="#08407a", band="#f2f3f5", band_alert="#fdf2f1", band_watch="#fef7ec", watermark="#e8ebee",
)  # fmt: skip
_CONTRAST = Colours(
    ink="#000000", muted="#1c1c1c", paper="#ffffff", ground="#ffffff", line="#000000", edge="#000000", grid="#c8c8c8", chip="#ffffff",
    accent="#00307a", accent_soft="#d6e4ff", on_accent="#ffffff",
    alert="#8a0000", alert_soft="#ffe9e7", watch="#5c3300", watch_soft="#fff1da", info="#000000", info_soft="#ffffff", fine="#00451c", fine_soft="#ffffff",
    size="#00307a", lesion="#2f6fc4", suv="#4a1f8f", ctdna="#00453d", markers=("#7a2e00", "#003f66", "#6e1a4a", "#00452f", "#4d3a00", "#333333"),
    given="#d6e4ff", reduced="#a9c6ff", on_lane="#000000", band="#eeeeee", band_alert="#fff0ee", band_watch="#fff7e8", watermark="#dddddd",
)  # fmt: skip
_THEMES: Mapping[str, Colours] = {"light": _LIGHT, "dark": _DARK, "paper": _PAPER, "contrast": _CONTRAST}


def colours(theme: str) -> Colours:
    """The colours of a theme: "light", "dark", "paper" or "contrast".

    Raises:
        KeyError: there is no such theme.
    """
    return _THEMES[theme]


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB)."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
