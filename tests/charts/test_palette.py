"""Every colour is legible where it stands, and severities are told apart without colour."""

import itertools

import pytest

from nacdesk.charts import palette
from nacdesk.charts.layout_panel import shape
from nacdesk.charts.palette import Colours, contrast

THEMES = ("light", "dark", "paper", "contrast")


def pairs(colours: Colours) -> list[tuple[str, str]]:
    """(text, background) as charts and window put them together."""
    on_paper = [colours.ink, colours.muted, colours.accent, colours.alert, colours.watch, colours.info, colours.fine, colours.size, colours.suv, colours.ctdna, *colours.markers]
    found = [(text, colours.paper) for text in on_paper]
    found += [(text, colours.ground) for text in (colours.ink, colours.muted, colours.accent, colours.alert, colours.watch, colours.fine)]
    found += [(getattr(colours, name), getattr(colours, f"{name}_soft")) for name in ("alert", "watch", "info", "fine")]
    found += [(text, band) for text in (colours.muted, colours.watch, colours.alert, colours.size, colours.suv) for band in (colours.band, colours.band_watch, colours.band_alert)]
    found += [(colours.on_lane, colours.given), (colours.on_lane, colours.reduced), (colours.ink, colours.chip), (colours.muted, colours.chip)]
    found += [(colours.on_accent, fill) for fill in (colours.accent, colours.alert, colours.watch, colours.info)]
    found += [(text, colours.accent_soft) for text in (colours.ink, colours.muted, colours.accent)]
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_H19_text_reaches_four_and_a_half_to_one(theme: str) -> None:
    weak = [(text, back, round(contrast(text, back), 2)) for text, back in pairs(palette.colours(theme)) if contrast(text, back) < 4.5]
    assert weak == []


@pytest.mark.parametrize("theme", THEMES)
def test_H19_lines_and_marks_reach_three_to_one(theme: str) -> None:
    colours = palette.colours(theme)
    marks = [colours.mark(meaning) for meaning in ("size", "lesion", "suv", "ctdna", "alert", "watch", "info", "fine", "limit")] + list(colours.markers)
    weak = [(mark, round(contrast(mark, colours.paper), 2)) for mark in marks if contrast(mark, colours.paper) < 3]
    assert weak == []


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_the_colours_of_the_design() -> None:
    light = palette.colours("light")
    assert (light.ink, light.paper, light.line, light.accent) == ("#1b1f24", "#ffffff", "#dfe2e6", "#0b5cad")
    assert (light.alert, light.watch, light.fine) == ("#b3261e", "#9a5b00", "#2a6f46")
    assert (light.size, light.suv, light.ctdna) == ("#0b5cad", "#7a4fb5", "#0f7d72")


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(KeyError):
        palette.colours("sepia")


def test_markers_have_colours_of_their_own_in_turn() -> None:
    colours = palette.colours("light")
    assert len(set(colours.markers)) == len(colours.markers) >= 5
    assert colours.mark("marker", len(colours.markers)) == colours.mark("marker", 0)


def test_H19_each_severity_has_a_shape_of_its_own() -> None:
    shapes = [shape(severity, 0, 0, "#000000", "#ffffff", 1.0) for severity in ("alert", "watch", "info")]
    corners = [len(getattr(one, "points", ())) for one in shapes]
    assert corners == [3, 4, 0]


# Brettel, Vienot and Mollon (1997) in the simplified matrices of Machado (2009), full severity, on linear light.
SIMULATIONS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> str:
    """The colour as someone with that vision, or a grey printer, sees it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    mixed = [min(max(sum(weight * part for weight, part in zip(row, light, strict=True)), 0.0), 1.0) for row in matrix]
    back = [12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in mixed]
    return "#" + "".join(f"{round(255 * part):02x}" for part in back)


@pytest.mark.parametrize(("theme", "vision"), list(itertools.product(THEMES, SIMULATIONS)))
def test_H19_severities_stay_legible_for_every_vision_and_in_grey(theme: str, vision: str) -> None:
    """The shape tells them apart; in each vision the shape stands out from the paper and its number from the shape."""
    colours, matrix = palette.colours(theme), SIMULATIONS[vision]
    for fill in (colours.alert, colours.watch, colours.info):
        assert contrast(seen(fill, matrix), seen(colours.paper, matrix)) >= 4
        assert contrast(seen(fill, matrix), seen(colours.on_accent, matrix)) >= 4
