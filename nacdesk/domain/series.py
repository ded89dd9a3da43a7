"""A quantity sampled over time: ctDNA, a marker, one lesion's SUV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import SeriesReview
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.timeline import Baseline, Timeline, change_pct, counting, evaluable, pick, same_method


@dataclass(frozen=True, slots=True)
class Sample:
    """One value that counts.

    Attributes:
        when: its date, None when not known.  day: from the first dose, None when unknown.
    """

    row: Observation
    quantity: Quantity
    when: date | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one quantity in order of time, with its baseline.

    Attributes:
        analyte: analyte id.
        samples: one a day (or undated visit).
        baseline: the visit chosen, or why there is none.
        base: place of the baseline sample, None when there is none.
        doubts: why a day with values gave no sample.
        gaps: (visit, why) of every visit whose values gave no sample: unlike ones, or not evaluable.
    """

    analyte: str
    samples: tuple[Sample, ...]
    baseline: Baseline
    base: int | None
    doubts: tuple[str, ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()

    @property
    def start(self) -> Sample | None:
        """The baseline sample."""
        return None if self.base is None else self.samples[self.base]

    def after_baseline(self) -> Sequence[int]:
        """Places of the samples after the baseline (after none: of those on treatment).

        A baseline chosen by hand may lie before others taken before treatment: those are charted, not judged.
        """
        if self.base is None:
            return range(len(self.samples))
        return [place for place in range(self.base + 1, len(self.samples)) if (day := self.samples[place].day) is None or day > 0]

    def comparable(self, place: int) -> list[Sample]:
        """Earlier samples from the baseline on that share the method of the one at `place`."""
        places = () if self.base is None else (self.base,)
        return [
            self.samples[one] for one in (*places, *self.after_baseline())
            if one < place and same_method(self.samples[one].row.method, self.samples[place].row.method)
        ]  # fmt: skip

    def unlike_baseline(self, place: int) -> str | None:
        """Why the sample may not be compared with the baseline, None when it may."""
        if self.start is None:
            return self.baseline.why
        now, then = self.samples[place].row.method, self.start.row.method
        return None if same_method(now, then) else f"method differs: {then} at baseline, {now} now"


def series(timeline: Timeline, analyte: str, rows: Sequence[Observation] | None = None) -> Series:
    """The samples of an analyte (or of the given rows of it)."""
    groups: dict[tuple[str, date | None], list[Observation]] = {}
    for row in timeline.rows(analyte) if rows is None else rows:
        groups.setdefault((row.visit, timeline.date_of(row)), []).append(row)
    samples, doubts, gaps = [], [], []
    for (visit, when), several in groups.items():
        usable = [row for row in counting(several) if evaluable(row) and row.quantity is not None]
        chosen, doubt = pick(usable)
        if chosen is None or chosen.quantity is None:
            gaps.append((visit, doubt or "the sample was not evaluable"))
            if doubt:
                doubts.append(f"{timeline.name(visit)}: {doubt}")
            continue
        samples.append(Sample(chosen, chosen.quantity, when, timeline.day_of(when)))
    baseline = timeline.baseline([sample.row for sample in samples])
    at_base = [place for place, sample in enumerate(samples) if sample.row.visit == baseline.visit and (sample.day is None or sample.day <= 0)]
    return Series(analyte, tuple(samples), baseline, at_base[-1] if at_base else None, tuple(doubts), tuple(gaps))


def fall_bound(start: Quantity, now: Quantity) -> Decimal | None:
    """The least fall in per cent that "not detected" or "<x" proves (CTD-04), None when none.

    decrease >= (1 - limit/baseline) * 100; no bound when the limit is not below the baseline.
    """
    if start.exact is None or now.upper is None or now.exact is not None or now.upper >= start.exact:
        return None
    return 100 * (start.exact - now.upper) / start.exact


def reviewed(line: Series, place: int) -> SeriesReview:
    """One sample with its change from baseline and from the smallest earlier detected value."""
    sample = line.samples[place]
    change, bound = None, False
    if line.base is not None and place in line.after_baseline() and line.unlike_baseline(place) is None and line.start is not None:
        start = line.start.quantity
        if start.exact is not None and sample.quantity.exact is not None:
            change = change_pct(sample.quantity.exact, start.exact)
        elif (fall := fall_bound(start, sample.quantity)) is not None:
            change, bound = -fall, True
    low = nadir(line, place)
    exact = sample.quantity.exact
    fold = exact / low.quantity.exact if exact is not None and low is not None and low.quantity.exact else None
    return SeriesReview(sample.quantity, sample.row.id, sample.row.uln, change, bound, fold)


def nadir(line: Series, place: int) -> Sample | None:
    """The smallest earlier comparable value that was measured as such, baseline included."""
    earlier = [sample for sample in line.comparable(place) if sample.quantity.exact is not None]
    return min(earlier, key=lambda sample: sample.quantity.exact or Decimal(0), default=None)
