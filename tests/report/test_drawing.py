"""A plan on paper: shape by shape what the primitives say."""

import pytest
from reportlab.graphics import shapes

from nacdesk.charts.primitives import Box, Disc, Line, PanelPlan, Plan, Polygon, Primitive, Text
from nacdesk.errors import BugError, UserError
from nacdesk.report import drawing, styles
from nacdesk.report.drawing import Pen, draw, measure, paint


def plan(*primitives: Primitive) -> Plan:
    return Plan(200, 100, 0, 200, (PanelPlan("size", 0, 0, 200, 100, primitives, 100, 0),))


def test_every_primitive_becomes_its_shape() -> None:
    made = draw(
        plan(
            Line("line", 10, 20, 30, 40, "#0b5cad", 2, (3, 2)),
            Box("band", 5, 10, 50, 20, fill="#fbeae9", radius=3),
            Disc("point", 7, 8, 3, fill="#b3261e"),
            Polygon("badge", ((0, 0), (4, 0), (2, 4)), fill="#8a5200"),
            Text("label", 100, 50, "sum 44", "#1b1f24", 9, bold=True, anchor="end"),
        )
    )
    line, box, disc, polygon, text = made.contents
    assert (line.x1, line.y1, line.x2, line.y2, line.strokeDashArray, line.strokeWidth) == (10, 80, 30, 60, [3, 2], 2)
    assert (box.x, box.y, box.width, box.height, box.rx, box.strokeColor) == (5, 70, 50, 20, 3, None)
    assert (disc.cx, disc.cy, disc.r, disc.fillColor.hexval()) == (7, 92, 3, "0xb3261e")
    assert polygon.points == [0, 100, 4, 100, 2, 96]
    assert (text.text, text.x, text.y, text.textAnchor, text.fontName, text.fontSize) == ("sum 44", 100, 50, "end", styles.BOLD, 9)


def test_what_is_drawn_is_what_is_printed() -> None:
    pen = Pen(842)
    paint(pen, draw(plan(Disc("point", 7, 8, 3, fill="#b3261e"), Line("line", 0, 0, 10, 0, "#000000", 1), Polygon("badge", ((0, 0), (4, 0), (2, 4)), fill="#8a5200"))), 30, 40)
    written = pen.written(None)
    assert "1 J 37.00 794.00 m 37.00 794.00 l S 0 J" in written  # a dot: a line of no length with a round cap
    assert "6.00 w" in written
    assert "30.00 802.00 m 40.00 802.00 l S" in written
    assert "30.00 802.00 m 34.00 802.00 l 32.00 798.00 l h f" in written


def test_a_shape_that_paper_does_not_know_is_a_bug() -> None:
    made = draw(plan())
    made.add(shapes.Ellipse(1, 1, 2, 3))
    with pytest.raises(BugError):
        paint(Pen(100), made, 0, 0)


def test_a_label_that_cannot_be_printed_is_refused() -> None:
    label = Text("label", 0, 0, "병변", "#000000", 9)
    with pytest.raises(UserError, match=r"U\+BCD1"):
        draw(plan(label))
    with pytest.raises(UserError, match="the chart"):
        measure("병변", 9)
    assert measure("sum\u200e 44", 9) == drawing.measure("sum 44", 9)
