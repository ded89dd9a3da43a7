"""The panel of tumour size: the sum bold, each target lesion thin, with the thresholds of RECIST 1.1."""

import math
from collections.abc import Sequence
from decimal import Decimal

from nacdesk.charts.axis import around_zero, from_zero, shortened
from nacdesk.charts.lane import planned_end
from nacdesk.charts.model import Axis, Band, Label, Panel, PointKind, Series, Threshold
from nacdesk.charts.panels import WEIGHTS, Builder, Drawn, Material, Value, draw, size_change, steps, value_of
from nacdesk.domain import wording
from nacdesk.domain.lesions import Counted
from nacdesk.domain.quantity import MINUS, plain
from nacdesk.domain.recist import Assessment, Course
from nacdesk.domain.shrinkage import variability
from nacdesk.domain.timeline import change_pct

_NAME = 24  # characters of a lesion's name at its line


class SizePanel(Builder):
    """Sum of target diameters, bold, and each target lesion, thin, in millimetres."""

    def __init__(self, material: Material, sizes: Course) -> None:
        super().__init__(material)
        self.sizes = sizes
        base = sizes.base.size.sum_mm if sizes.base is not None else None
        self.base = base if base else None

    def drawn(self, low: float, high: float) -> Drawn | None:
        """The panel between two positions of x; None without a sum or lesion to draw."""
        rows = [row for row in self.sizes.assessments if row.targets]
        if self.material.change and self.base is None:
            return None
        single = self.sizes.targets.single_mass
        sums = [value for row in rows if (value := self._sum(row)) is not None]
        lesions = [(lesion.label, [value for row in rows for value in self._lesion(row, lesion.label)]) for lesion in self.sizes.targets.originals]
        lesions = [(label, values) for label, values in lesions if values]
        if single:  # its line is the sum; what does not count shows beside it
            sums += [value for _, values in lesions for value in values if not value.counts]
        if not sums and not lesions:
            return None
        tried = [row.visit for row in rows if any(part.rows for part in row.targets)]
        gaps, breaks = self.gaps(sums, tried), self.breaks("size")
        series = [draw("sum", "size", True, sums, self._y, gaps, breaks, self.order)] if sums else []
        if not single or not sums:
            series += [draw(shortened(label, _NAME), "lesion", False, values, self._y, self.gaps(values, tried), breaks, self.order) for label, values in lesions]
        series = [one for one in series if one.points]
        thresholds, bands = self._thresholds(low, high), self._bands(low, high)
        levels = [point.y for one in series for point in one.points]
        axis = self._axis(levels, thresholds, bands)
        # Bands without an upper end reach to the top of the axis.
        bands = [Band(band.x0, band.x1, band.y0, min(band.y1, axis.high), band.meaning, band.label) for band in bands]
        title = "Tumour size · % change from baseline" if self.material.change else "Tumour size · mm"
        labels = tuple(label for one in series if (label := self._label(one, sums)) is not None)
        panel = Panel("size", title, "size", WEIGHTS["size"], axis, tuple(series), tuple(bands), tuple(thresholds), (), labels)
        blank = [row for row in rows if row.visit in tried and row.size.sum_mm is None]
        failed = {row.visit: f"sum not evaluable: {'; '.join(part.reason for part in row.targets if part.reason)}" for row in blank}
        return Drawn(panel, self.said(sums, failed), len(sums) - sum(len(one.points) for one in series if one.heavy))

    def _axis(self, levels: Sequence[float], thresholds: Sequence[Threshold], bands: Sequence[Band]) -> Axis:
        lines = [line.y for line in thresholds] + [edge for band in bands for edge in (band.y0, band.y1) if math.isfinite(edge)]
        return around_zero([*levels, *lines]) if self.material.change else from_zero(levels, lines)

    def _level(self, millimetres: Decimal) -> float:
        """Millimetres in axis space."""
        if not self.material.change:
            return float(millimetres)
        assert self.base is not None
        return float(100 * (millimetres - self.base) / self.base)

    def _y(self, value: Value) -> float | None:
        if self.material.change:
            return None if value.change is None else float(value.change)
        return None if value.level is None else float(value.level)

    def _label(self, series: Series, sums: Sequence[Value]) -> Label | None:
        last = series.points[-1]
        if not series.heavy:
            return Label(last.x, last.y, series.name, "lesion")
        counted = {value.visit: value for value in sums if value.counts}
        last = next((point for point in reversed(series.points) if point.visit in counted), last)
        value = counted.get(last.visit)
        if value is None or value.level is None:
            return None
        shown = size_change(value.change, self.rules) if self.material.change and value.change is not None else wording.shown(value.level, 1)
        if self.sizes.targets.single_mass:
            return Label(last.x, last.y, shown if self.material.change else f"{shown} mm", "size", True)
        return Label(last.x, last.y, f"sum {shown}", "size", True)

    def _sum(self, row: Assessment) -> Value | None:
        total = row.size.sum_mm
        if total is None:
            return None
        change = Decimal(0) if self.base is not None and row is self.sizes.base else row.size.change_from_baseline_pct
        if change is None and self.base is not None and not row.unlike and row not in self.sizes.follow_up:
            change = change_pct(total, self.base)
        kind: PointKind = "absent" if total == 0 else "measured"
        facts = tuple(fact.id for part in row.targets for fact in part.rows)
        evidence = (*facts, *(key for key in row.size.evidence if key not in facts))
        words = f"{self.sizes.targets.originals[0].label if self.sizes.targets.single_mass else 'sum'} {wording.shown(total, 1)} mm"
        if row is not self.sizes.base and change is not None:
            words += f" ({size_change(change, self.rules)})"
        return Value(row.visit, self._x(facts, row.visit), total, change, kind, words, evidence)

    def _lesion(self, row: Assessment, label: str) -> list[Value]:
        """What the lesion counts at a visit; where unlike values leave that open, each of them, without counting."""
        part = next((part for part in row.targets if part.lesion.label == label), None)
        if part is None:
            return []
        if part.mm is None:
            return [value_of(fact, fact.quantity, None, False, self.path, counts=False) for fact in part.rows if fact.quantity is not None]
        kinds: dict[str, PointKind] = {"absent": "absent", "too small": "too_small"}
        start = self._baseline_of(label)
        change = change_pct(part.mm, start.mm) if start is not None and start.mm is not None and not row.unlike else None
        words = {"absent": "not visible (0 mm)", "too small": f"too small to measure (counted as {plain(part.mm)} mm)"}.get(part.standing, f"{plain(part.mm)} mm")
        facts = tuple(fact.id for fact in part.rows)
        return [Value(row.visit, self._x(facts, row.visit), part.mm, change, kinds.get(part.standing, "measured"), f"{label} {words}", facts)]

    def _baseline_of(self, label: str) -> Counted | None:
        return next((part for part in self.sizes.base.targets if part.lesion.label == label), None) if self.sizes.base is not None else None

    def _x(self, facts: Sequence[str], visit: str) -> float:
        rows = [row for row in self.timeline.by_visit[visit] if row.id in facts]
        return self.path.of_row(rows[0]) if rows else self.path.of_visit(visit)

    def _thresholds(self, low: float, high: float) -> list[Threshold]:
        """PD from the nadir (it moves with it), PR from the baseline, the widely quoted 10 % where it is watched."""
        if self.base is None:
            return []
        down = self.rules["REC-08"]
        found = steps(self._progression(), high, "alert")
        band = self._watched(high)
        if band is not None:
            share = self.rules["NAC-01"].number("decrease_pct")
            found.append(Threshold(self._level(self.base * (100 - share) / 100), f"{MINUS}{plain(share)} %", self.rules["NAC-01"].severity, band, high))
        share = down.number("decrease_pct")
        found.append(Threshold(self._level(self.base * (100 - share) / 100), f"PR {MINUS}{plain(share)} %", "fine", low, high))
        return found

    def _progression(self) -> list[tuple[float, float, str]]:
        """Where PD begins at each visit: 20 % and 5 mm above the nadir before it (REC-09)."""
        rule = self.rules["REC-09"]
        share, least = rule.number("increase_pct"), rule.number("absolute_mm")
        label = f"PD: nadir +{plain(share)} %" if self.material.change else f"PD +{plain(share)} %"

        def level(nadir: Decimal) -> float:
            return self._level(max(nadir * (100 + share) / 100, nadir + least))

        found: list[tuple[float, float, str]] = []
        previous, lowest = None, None
        for row in (row for row in self.sizes.assessments if row.targets):
            x = self.path.of_visit(row.visit)
            if previous is not None and row.size.nadir_mm is not None:
                found.append((previous, level(row.size.nadir_mm), label))
                lowest = row.size.nadir_mm
            if row is self.sizes.base:
                lowest = row.size.sum_mm
            if lowest is not None and row.size.sum_mm is not None and not row.unlike:
                lowest = min(lowest, row.size.sum_mm)
            previous = x if lowest is not None else None
        if previous is not None and lowest is not None:
            found.append((previous, level(lowest), label))
        return found

    def _watched(self, high: float) -> float | None:
        """Where NAC-01 begins to look: two completed cycles, or the first visit that it judged; None where it does not apply."""
        results = [one for one in self.material.review.rules if one.rule == "NAC-01"]
        if not any(one.state != "not_applicable" for one in results):
            return None
        judged = [self.path.of_visit(one.visit) for one in results if one.state in ("met", "not_met") and one.visit in self.path.columns]
        planned = planned_end(self.path, self._cycles_needed())
        starts = [*judged, *([] if planned is None else [planned])]
        return min(starts) if starts and min(starts) < high else None

    def _cycles_needed(self) -> int:
        """Cycles under 14 days are counted in blocks of 21 days."""
        rule, length = self.rules["NAC-01"], self.timeline.cycle_length
        needed = int(rule.pair("cycles")[0])
        if length is None or length >= rule.number("short_cycle_days"):
            return needed
        return math.ceil(needed * rule.number("block_days") / length)

    def _bands(self, low: float, high: float) -> list[Band]:
        if self.base is None or self.sizes.base is None:
            return []
        judged = self.sizes.follow_up[-1] if self.sizes.follow_up else self.sizes.base
        below, above, _ = variability(self.timeline, self.sizes, judged)
        grey = [self._level(self.base * (100 + share) / 100) for share in (below, above)]
        found = [Band(low, high, grey[0], grey[1], "grey", "measurement variability")]
        start = self._watched(high)
        if start is not None:
            rule = self.rules["NAC-01"]
            share = rule.number("decrease_pct")
            label = f"under {plain(share)} % shrinkage (grade {rule.grade})"
            found.append(Band(start, high, self._level(self.base * (100 - share) / 100), math.inf, rule.severity, label))
        return found
