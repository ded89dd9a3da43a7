"""CA-125 by GCIG: response, progression, half-life; KELIM as entered (MRK-01 to MRK-04).

Sources: gcig05, gcig11, riedinger06, kelim24. A sample soon after an operation or puncture of pleura or peritoneum,
or after a mouse antibody, is not used: these raise CA-125 by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import GcigReview
from nacdesk.domain.markers import upper_limit
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.results import absent, cannot, result
from nacdesk.domain.rises import Dated, Rise, dated, standing_rise
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.series import Sample, Series, series
from nacdesk.domain.timeline import Timeline, same_method

CA125, KELIM = "marker.ca125", "marker.kelim"
COMPLETE, RESPONSE, NO_RESPONSE, PROGRESSION, NO_PROGRESSION = "COMPLETE", "RESPONSE", "NO_RESPONSE", "PD", "NO_PD"
_INTERFERING = ("event.serosal_procedure", "event.mouse_antibody", "event.surgery")


@dataclass(frozen=True, slots=True)
class Course:
    """The usable CA-125 samples, the baseline first, or why nothing can be judged.

    Attributes:
        samples: by one assay and dated; empty with `why`.
        uln: upper limit of normal of each sample.
        stopped: why the samples from some day on are not used; what was met before stands, nothing else is judged.
        left_out: how many samples after the baseline were not used.
    """

    samples: tuple[Dated, ...] = ()
    uln: tuple[Decimal, ...] = ()
    why: str = ""
    missing: tuple[str, ...] = ()
    stopped: str = ""
    left_out: int = 0

    @property
    def note(self) -> str:
        """What a sentence adds when samples were not used."""
        return f"; {wording.counted(self.left_out, 'sample')} soon after an operation, puncture or antibody left out" if self.left_out else ""

    @property
    def raised(self) -> bool:
        """CA-125 was above its upper limit of normal at baseline."""
        return self.samples[0].value > self.uln[0]


def results(timeline: Timeline) -> tuple[list[RuleResult], GcigReview]:
    """MRK-01 to MRK-04, and both GCIG answers as one."""
    rules = timeline.catalog.rules
    line = series(timeline, CA125)
    if not line.samples and not line.gaps:
        found = [absent(timeline, rules[one], "no CA-125 recorded", CA125) for one in ("MRK-01", "MRK-02", "MRK-03")]
        return [*found, kelim(timeline, line, rules["MRK-04"])], GcigReview(reason="no CA-125 recorded")
    course = usable(timeline, line)
    gaps = [cannot(rules[one], f"{why}, {timeline.at(visit)}", CA125, visit=visit) for visit, why in line.gaps for one in ("MRK-01", "MRK-02")]
    answered, answer = response(course, rules["MRK-01"])
    progressed, progress = progression(course, rules["MRK-02"])
    reasons = "; ".join(dict.fromkeys(one.reason for one in (answered, progressed) if one.reason))
    review = GcigReview(answer.response, answer.response_date, progress.progression, progress.progression_date, progress.group, reasons or None)
    return [*gaps, answered, progressed, *half_life(timeline, line, rules["MRK-03"]), kelim(timeline, line, rules["MRK-04"])], review


def usable(timeline: Timeline, line: Series) -> Course:
    """The samples from the baseline on that may be compared."""
    rule = timeline.catalog.rules["MRK-01"]
    if line.start is None or line.base is None:
        return Course(why=line.baseline.why, missing=("baseline",))
    rows = [line.start, *(line.samples[place] for place in line.after_baseline())]
    events = [row for analyte in _INTERFERING for row in timeline.rows(analyte) if row.code == "yes"]
    if any(timeline.date_of(row) is None for row in events):
        return Course(why="an operation, puncture or antibody that raises CA-125 has no date", missing=("date",))
    days = rule.number("clear_days")
    kept = [one for one in rows if not _disturbed(timeline, one, events, days)]
    if not kept or kept[0] is not rows[0]:
        return Course(why=f"the baseline was taken within {days} days after an operation, puncture or antibody that raises CA-125", missing=("baseline",))
    found: list[Dated] = []
    limits: list[Decimal] = []
    stopped = ""
    for sample in kept:
        uln = upper_limit(sample, rule)[0]
        usable_one = dated(sample, uln)
        if not same_method(sample.row.method, kept[0].row.method):
            stopped = "the assay changed"
        elif sample.when is None:
            stopped = f"the sample {timeline.at(sample.row.visit)} has no date"
        elif usable_one is None:
            stopped = f"CA-125 on {timeline.when(sample.row)} is only known as {sample.quantity}"
        if stopped or usable_one is None:
            break
        found.append(usable_one)
        limits.append(uln)
    if not found:
        return Course(why=stopped, missing=(CA125,))
    return Course(tuple(found), tuple(limits), stopped=stopped, left_out=len(rows) - len(kept))


def _disturbed(timeline: Timeline, sample: Sample, events: Sequence[Observation], days: Decimal) -> bool:
    """Taken on the day of such an event or in the days after it."""
    return any(at is not None and sample.when is not None and 0 <= (sample.when - at).days <= days for at in (timeline.date_of(row) for row in events))


def response(course: Course, rule: Rule) -> tuple[RuleResult, GcigReview]:
    """MRK-01: a fall by half, held; complete when a value of it is in the normal range."""
    if course.why:
        return cannot(rule, course.why, *course.missing), GcigReview()
    start, limit, early = course.samples[0], rule.number("multiple") * course.uln[0], rule.number("baseline_days")
    evidence = tuple(one.sample.row.id for one in course.samples)
    if start.sample.day is None:
        return cannot(rule, "the first dose is not dated", "treatment.cycle", evidence=evidence), GcigReview()
    if start.sample.day < -early:
        return cannot(rule, f"the baseline was taken {-start.sample.day} days before the first dose, more than {early}", "baseline", evidence=evidence), GcigReview()
    if start.value < limit:
        reason = f"the baseline of {start.sample.quantity} is below {rule.number('multiple')} × the upper limit of normal {plain(course.uln[0])}"
        return cannot(rule, reason, evidence=evidence), GcigReview()
    if len(course.samples) < int(rule.number("later_samples")) + 1 and not course.stopped:
        return cannot(rule, f"fewer than {rule.number('later_samples')} usable samples after the baseline", CA125, evidence=evidence), GcigReview()
    runs = [_held(course, first, rule) for first in range(1, len(course.samples)) if _halved(course, first, rule)]
    held = next((run for run in runs if (course.samples[run[-1]].when - course.samples[run[0]].when).days >= rule.number("hold_days")), None)
    last = course.samples[-1]
    visit = last.sample.row.visit
    if held is None and course.stopped:
        return cannot(rule, course.stopped, CA125, evidence=evidence), GcigReview()
    if held is None:
        open_run = next((run for run in runs if run[-1] == len(course.samples) - 1), None)
        if open_run is not None:
            since = wording.day(course.samples[open_run[0]].when)
            return cannot(rule, f"the fall by {rule.number('fall_pct')} % since {since} is not held for {rule.number('hold_days')} days yet", CA125, visit=visit), GcigReview()
        sentence = f"CA-125 {_pair(start, last)}: no fall by {rule.number('fall_pct')} % that held for {rule.number('hold_days')} days, no response by GCIG{course.note}."
        return result(rule, "not_met", sentence, visit=visit, detail="no response", evidence=evidence), GcigReview(NO_RESPONSE)
    first, confirmed = course.samples[held[0]], course.samples[held[-1]]
    complete = any(course.samples[place].value <= course.uln[place] for place in held)
    sentence = f"CA-125 {_pair(start, first)}, held to {wording.day(confirmed.when)}: {'complete response' if complete else 'response'} by GCIG{course.note}."
    formula = f"{plain(first.value)} ≤ {plain(1 - rule.number('fall_pct') / 100)} × {plain(start.value)}"
    used = tuple(course.samples[place].sample.row.id for place in (0, *held))
    found = result(rule, "met", sentence, visit=first.sample.row.visit, detail="complete response" if complete else "response", formula=formula, evidence=used)
    return found, GcigReview(COMPLETE if complete else RESPONSE, first.when)


def _pair(before: Dated, now: Dated) -> str:
    return f"{plain(before.value)} → {now.sample.quantity} on {wording.day(now.when)}"


def _halved(course: Course, place: int, rule: Rule) -> bool:
    return 100 * course.samples[place].value <= (100 - rule.number("fall_pct")) * course.samples[0].value


def _held(course: Course, first: int, rule: Rule) -> range:
    """Places from the first fall on, as long as it stays by half and no step is above the tolerance or the normal range."""
    end = first + 1
    while end < len(course.samples) and _halved(course, end, rule):
        now, before = course.samples[end].value, course.samples[end - 1].value
        if now > course.uln[end] and 100 * now > (100 + rule.number("step_pct")) * before:
            break
        end += 1
    return range(first, end)


def progression(course: Course, rule: Rule) -> tuple[RuleResult, GcigReview]:
    """MRK-02: groups A and C twice the upper limit, B twice the own nadir, two samples apart; dated to the first."""
    if course.why:
        return cannot(rule, course.why, *course.missing), GcigReview()
    if len(course.samples) < 2:
        return cannot(rule, course.stopped or "no usable CA-125 sample after the baseline", CA125), GcigReview()
    multiple, gap = rule.number("multiple"), rule.number("gap_days")

    def group(place: int) -> str:
        fallen = any(course.samples[one].value <= course.uln[one] for one in range(1, place))
        return "C" if not course.raised else "A" if fallen else "B"

    def limit(place: int) -> Decimal:
        return multiple * (min(one.value for one in course.samples[:place]) if group(place) == "B" else course.uln[place])

    found = None
    for end in range(2, len(course.samples) + 1):
        found = standing_rise(course.samples[:end], limit, gap)
        if found is not None and found.confirmed:
            return _progressed(course, rule, found, group(found.first), course.samples[end - 1])
    if course.stopped:
        return cannot(rule, course.stopped, CA125), GcigReview()
    last = course.samples[-1]
    kept = {"visit": last.sample.row.visit, "evidence": (last.sample.row.id,)}
    name = group(len(course.samples) - 1)
    if found is not None:
        first = course.samples[found.first]
        reason = f"{first.sample.quantity} on {wording.day(first.when)} reaches {plain(found.limit)} (group {group(found.first)}) but no sample {gap} days later confirms it"
        return cannot(rule, reason, CA125, detail="no confirmed progression", **kept), GcigReview(progression=NO_PROGRESSION, group=group(found.first))
    level = limit(len(course.samples) - 1)
    sentence = f"CA-125 {last.sample.quantity} on {wording.day(last.when)}, below {plain(level)}: no progression by GCIG (group {name}){course.note}."
    return result(rule, "not_met", sentence, detail="no progression", **kept), GcigReview(progression=NO_PROGRESSION, group=name)


def _progressed(course: Course, rule: Rule, found: Rise, group: str, confirming: Dated) -> tuple[RuleResult, GcigReview]:
    first = course.samples[found.first]
    basis = "nadir" if group == "B" else "upper limit of normal"
    sentence = (
        f"CA-125 {first.sample.quantity} on {wording.day(first.when)}, confirmed by {confirming.sample.quantity} on {wording.day(confirming.when)}: "
        f"at least {rule.number('multiple')} × the {basis}, progression by GCIG (group {group}), to be read beside imaging{course.note}."
    )
    answer = result(
        rule, "met", sentence, visit=first.sample.row.visit, value=first.value, value_is="CA-125", operator=">=", threshold=found.limit, unit="U/mL",
        formula=f"{plain(first.value)} ≥ {plain(found.limit)} and {plain(confirming.value)} ≥ {plain(found.limit)}",
        detail=f"group {group}", evidence=(first.sample.row.id, confirming.sample.row.id),
    )  # fmt: skip
    return answer, GcigReview(progression=PROGRESSION, progression_date=first.when, group=group)


def half_life(timeline: Timeline, line: Series, rule: Rule) -> Iterator[RuleResult]:
    """MRK-03: ln 2 × days / ln(before / now) from one sample to the next, both above the upper limit of normal."""
    if len(line.samples) < 2:
        yield cannot(rule, "a single CA-125 sample", CA125)
    limits = timeline.catalog.rules["MRK-01"]
    for before, now in pairwise(line.samples):
        where, old, new = timeline.when(now.row), before.quantity.exact, now.quantity.exact
        kept: dict[str, object] = {"visit": now.row.visit, "evidence": (before.row.id, now.row.id)}
        if not same_method(before.row.method, now.row.method):
            yield cannot(rule, f"the assay changed before {where}", CA125, **kept)
        elif old is None or new is None or before.when is None or now.when is None:
            yield cannot(rule, f"a value or a date is not known exactly, {where}", CA125, **kept)
        elif new >= old:
            yield cannot(rule, f"no decline up to {where}", **kept)
        elif old <= upper_limit(before, limits)[0] or new <= upper_limit(now, limits)[0]:
            yield cannot(rule, f"a value within the normal range, {where}", **kept)
        else:
            days = (now.when - before.when).days
            value = fall_half_life(old, new, days)
            sentence = f"CA-125 half-life {wording.shown(value, 1)} days from {wording.day(before.when)} to {wording.day(now.when)}."
            formula = f"ln 2 × {days} / ln({plain(old)} / {plain(new)}) = {wording.shown(value, 1)} days"
            yield result(rule, "met", sentence, value=value, value_is="half-life", formula=formula, **kept)


def fall_half_life(before: Decimal, now: Decimal, days: int) -> Decimal:
    """Days in which the value halves, `now` below `before`."""
    return Decimal(2).ln() * days / (before / now).ln()


def kelim(timeline: Timeline, line: Series, rule: Rule) -> RuleResult:
    """MRK-04: the standardised value of an external calculator; never computed here."""
    row, _ = timeline.settled(KELIM)
    early = [one for one in line.samples if one.day is not None and 0 <= one.day <= rule.number("days")]
    few = f"fewer than {rule.number('samples')} samples of CA-125 in the first {rule.number('days')} days"
    recorded = bool(line.samples)
    if row is None or row.quantity is None:
        return absent(timeline, rule, few if recorded and len(early) < rule.number("samples") else "no KELIM entered", KELIM)
    kept: dict[str, object] = {"visit": row.visit, "evidence": (row.id,)}
    if recorded and len(early) < rule.number("samples"):
        return cannot(rule, few, CA125, **kept)
    enough = _favourable(row.quantity, rule)
    if enough is None:
        return cannot(rule, f"KELIM is only known as {row.quantity}", KELIM, **kept)
    name = f"by {row.method}" if row.method else "calculator not named"
    detail = "favourable" if enough else "unfavourable"
    sentence = f"Standardised KELIM {row.quantity} ({timeline.when(row)}, {name}): {detail}."
    sign = "≥" if enough else "<"
    return result(
        rule, "not_met" if enough else "met", sentence, value=row.quantity.exact, value_is="KELIM", operator="<", threshold=rule.number("cut"),
        formula=f"{row.quantity} {sign} {rule.number('cut')}", detail=detail, **kept,
    )  # fmt: skip


def _favourable(quantity: Quantity, rule: Rule) -> bool | None:
    return quantity.reaches(rule.number("cut"))
