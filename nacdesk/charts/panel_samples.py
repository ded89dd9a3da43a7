"""The panels of SUVmax, of ctDNA (on a log axis) and of each marker."""

import math
from collections.abc import Sequence
from decimal import Decimal

from nacdesk.charts.axis import around_zero, from_zero, logarithmic
from nacdesk.charts.model import Band, Meaning, Panel, Series, Threshold
from nacdesk.charts.panels import WEIGHTS, Builder, Drawn, Material, Value, draw, last_label, steps, value_of
from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import Rule
from nacdesk.domain.series import Series as Samples
from nacdesk.domain.series import reviewed


class SuvPanel(Builder):
    """SUVmax of the hottest lesion at each PET."""

    def drawn(self, low: float, high: float) -> Drawn | None:
        """The panel between two positions of x; None without a value to draw."""
        rows = self.timeline.rows("pet.suvmax")
        baseline = self.timeline.baseline(rows).visit if rows else None
        values = self._values(baseline)
        if not any(value.counts for value in values) and (not values or self.material.change):
            return None
        tried = {row.visit for row in rows}
        series = draw("SUVmax", "suv", True, values, self._y, self.gaps(values, tried), self.breaks("suv"), self.order)
        if not series.points:
            return None
        start = next((value.level for value in values if value.visit == baseline and value.counts), None)
        thresholds, bands = self._watched(start, series, low, high)
        levels, lines = [point.y for point in series.points], [line.y for line in thresholds]
        axis = around_zero([*levels, *lines]) if self.material.change else from_zero(levels, lines, 1.25)
        bands = [Band(band.x0, band.x1, band.y0, axis.high, band.meaning, band.label) for band in bands if band.y0 < axis.high]
        unit = self.material.review.catalog.analytes["pet.suvmax"].unit
        title = "SUVmax · % change from baseline" if self.material.change else f"SUVmax · {unit}"
        labels = last_label(series, values, "suv", self.material.change)
        panel = Panel("suv", title, "suv", WEIGHTS["suv"], axis, (series,), tuple(bands), tuple(thresholds), (), labels)
        return Drawn(panel, self.said(values, self.failed(values, tried)), len(values) - len(series.points))

    def _values(self, baseline: str | None) -> list[Value]:
        found = []
        for visit in self.material.review.visits:
            rows = self.timeline.rows("pet.suvmax", visit.visit.id)
            pet = visit.pet
            top = pet.suvmax if pet is not None else None
            known = pet.evidence if pet is not None and top is not None else ()
            # What does not count shows too: unlike values of one day, a bound, another reader's value.
            found += [value_of(row, row.quantity, None, False, self.path, counts=False) for row in rows if row.quantity is not None and row.id not in known]
            if pet is None or top is None or top.exact is None:
                continue
            at = [row for row in rows if row.quantity == top and row.id in pet.evidence]
            change = Decimal(0) if visit.visit.id == baseline else pet.change_pct
            words = f"{top}" if visit.visit.id == baseline or change is None else f"{top} ({wording.percent(change)})"
            x = self.path.of_row(at[0]) if at else self.path.of_visit(visit.visit.id)
            found.append(Value(visit.visit.id, x, top.exact, change, "measured", words, pet.evidence))
        return found

    def _y(self, value: Value) -> float | None:
        chosen = value.change if self.material.change else value.level
        return None if chosen is None else float(chosen)

    def _watched(self, start: Decimal | None, series: Series, low: float, high: float) -> tuple[list[Threshold], list[Band]]:
        """The widely quoted SUV limits, with the area that NAC-02 watches."""
        change = self.material.change
        if change and not start:
            return [], []

        def level(suv: Decimal) -> float:
            return float(100 * (suv - start) / start) if change and start else float(suv)

        watched = [(rule, rule.number("suv")) for rule in self._shown("NAC-02")]
        thresholds = [Threshold(level(limit), f"SUV {plain(limit)}", rule.severity, low, high) for rule, limit in watched]
        if start is not None:
            end = min(series.points[0].x + 0.12 * (high - low), high)
            quoted = [(rule, rule.number("suv")) for rule in self._shown("NAC-03")]
            thresholds += [Threshold(level(limit), f"{plain(limit)} baseline", rule.severity, low, end) for rule, limit in quoted]
        return thresholds, [Band(low, high, level(limit), math.inf, rule.severity) for rule, limit in watched]

    def _shown(self, kind: str) -> list[Rule]:
        """The rule, and the site's own of its kind that apply to this case; none that the site switched off."""
        latest = self.material.review.latest
        own = [key for key in self.material.review.catalog.own(kind) if key in latest and latest[key].state != "not_applicable"]
        return [rule for key in (kind, *own) if not (rule := self.rules[key]).off]


class SamplePanel(Builder):
    """One ctDNA quantity or one marker."""

    def __init__(self, material: Material, samples: Samples) -> None:
        super().__init__(material)
        self.samples = samples
        self.analyte = material.review.catalog.analytes[samples.analyte]
        self.meaning: Meaning = "ctdna" if self.analyte.panel == "ctdna" else "marker"
        self.log = self.analyte.scale == "log" and not material.change

    def drawn(self, key: str, low: float, high: float) -> Drawn | None:
        """The panel between two positions of x; None where there is nothing to draw or no baseline to compare with."""
        rows = [row for row in self.timeline.rows(self.samples.analyte) if row.quantity is not None]
        values = [self._value(row) for row in rows]
        if self.material.change and not any(value.change is not None for value in values):
            return None
        limits = [row.quantity.limit for row in rows if row.quantity is not None and row.quantity.limit is not None]
        levels = [number for value in values if (number := self._number(value)) is not None]
        if self.log:
            levels = [number for number in levels if number > 0]
            axis = logarithmic(levels, [float(limit) for limit in limits])
        elif self.material.change:
            axis = around_zero(levels)
        else:
            axis = from_zero(levels, [float(row.uln) for row in rows if row.uln is not None])
        tried = {row.visit for row in self.timeline.rows(self.samples.analyte)}

        def y(value: Value) -> float | None:
            number = self._number(value)
            if number is None:
                return axis.low if value.kind == "not_detected" and not self.material.change else None
            return math.log10(number) if self.log and number > 0 else None if self.log else number

        series = draw(self.analyte.name, self.meaning, True, values, y, self.gaps(values, tried), self.breaks(self.analyte.panel), self.order)
        if not series.points:
            return None
        thresholds = [] if self.material.change else self._limits(rows, low, high)
        unit = "% change from baseline" if self.material.change else f"{self.analyte.unit} (log)" if self.log else self.analyte.unit
        labels = last_label(series, values, self.meaning, self.material.change)
        panel = Panel(key, f"{self.analyte.name} · {unit}", self.meaning, WEIGHTS[self.meaning], axis, (series,), (), tuple(thresholds), (), labels)
        return Drawn(panel, self.said(values, self.failed(values, tried)), len(values) - len(series.points))

    def _number(self, value: Value) -> float | None:
        chosen = value.change if self.material.change else value.level
        return None if chosen is None else float(chosen)

    def _value(self, row: Observation) -> Value:
        place = next((place for place, sample in enumerate(self.samples.samples) if sample.row.id == row.id), None)
        assert row.quantity is not None
        if place is None:
            return value_of(row, row.quantity, None, False, self.path, counts=False)
        review = reviewed(self.samples, place)
        is_base = place == self.samples.base
        exact = row.quantity.exact is not None
        return value_of(row, row.quantity, Decimal(0) if is_base and exact else review.change_pct, is_base, self.path, review=review)

    def _limits(self, rows: Sequence[Observation], low: float, high: float) -> list[Threshold]:
        """The limit of detection or the upper limit of normal, as it was at each sample."""
        name = "LoD" if self.meaning == "ctdna" else "ULN"
        levels: list[tuple[float, float, str]] = []
        for row in rows:
            limit = row.quantity.limit if self.meaning == "ctdna" and row.quantity is not None else row.uln
            if limit is not None:
                at = math.log10(float(limit)) if self.log else float(limit)
                levels.append((self.path.of_row(row) if levels else low, at, f"{name} {plain(limit)}"))
        return steps(levels, high, "limit")
