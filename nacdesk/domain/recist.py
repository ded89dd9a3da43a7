"""RECIST 1.1 at each visit: target, non-target and overall response (specification 2.1).

Source: Eisenhauer 2009 (key recist11) with the project's conventions of the specification; the
order of the tests is that of section 2.1. All comparisons are exact, without division.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.domain.analytes import ABSENT, NOT_EVALUABLE
from nacdesk.domain.judgements import SizeReview
from nacdesk.domain.lesions import Counted, TargetSet, counted, foreign_method, measured_subset, target_set, total, unlike_method
from nacdesk.domain.rules import Rule
from nacdesk.domain.timeline import Baseline, Timeline, change_pct, counting, pick

CR, PR, SD, PD, NE, NON_CR_NON_PD = "CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"
NEW_NOT_RECORDED = "new lesions not recorded"
_ASSESSED = ("size.diameter", "lesion.status", "lesion.non_target", "lesion.new")
_STATUS = ("lesion.status", "lesion.non_target")
_PRESENT = "PRESENT"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One visit's size judgement with what it was made from.

    Attributes:
        targets: each original target lesion at the visit.
        nadir_visit: where the nadir was measured.
        reappeared: what came back after an overall CR, "" for nothing.
        unlike: why the sum may not be compared, "" when it may.
    """

    visit: str
    size: SizeReview
    targets: tuple[Counted, ...]
    nadir_visit: str | None = None
    reappeared: str = ""
    unlike: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """All size judgements of a case in order.

    Attributes:
        baseline: of the target sum.
        assessments: every visit with a size, status or new-lesion fact.
        follow_up: those after the baseline and after the first dose; only they are judged.
    """

    targets: TargetSet
    baseline: Baseline
    assessments: tuple[Assessment, ...]
    follow_up: tuple[Assessment, ...]

    @property
    def base(self) -> Assessment | None:
        """The baseline's assessment."""
        return next((row for row in self.assessments if row.visit == self.baseline.visit), None)

    def at(self, visit: str) -> Assessment | None:
        """The assessment of a visit."""
        return next((row for row in self.assessments if row.visit == visit), None)


def course(timeline: Timeline) -> Course:
    """Judge the sizes of a case visit by visit."""
    targets = target_set(timeline)
    labels = {lesion.label for lesion in targets.originals}
    labels |= {heir.label for heirs in targets.descendants.values() for heir in heirs}
    non_targets = _NonTargets(timeline)
    rows = [row for row in timeline.rows("size.diameter") if row.lesion in labels]
    baseline = timeline.baseline(rows if targets.originals else non_targets.rows)
    assessed = {row.visit for analyte in _ASSESSED for row in timeline.rows(analyte)}
    visits = [visit.id for visit in timeline.visits if visit.id in assessed]
    start = max((place for place, visit in enumerate(visits) if visit == baseline.visit or timeline.before_treatment(visit)), default=-1)
    earlier: list[Assessment] = []
    done: list[Assessment] = []
    for place, visit in enumerate(visits):
        parts = counted(timeline, targets, visit)
        if place <= start:
            earlier.append(Assessment(visit, _unjudged(parts), parts))
        else:
            base = [row for row in earlier if row.visit == baseline.visit]
            done.append(_judge(timeline, baseline, base, done, visit, parts, non_targets))
    return Course(targets, baseline, (*earlier, *done), tuple(done))


def _unjudged(parts: tuple[Counted, ...], reason: str | None = None) -> SizeReview:
    """A baseline or earlier visit: a sum, no response."""
    gaps = [part.reason for part in parts if part.reason]
    return SizeReview(sum_mm=total(parts), reason=reason or ("; ".join(gaps) if gaps else None), lesions=_millimetres(parts), evidence=_evidence(parts))


def _millimetres(parts: tuple[Counted, ...]) -> Mapping[str, Decimal]:
    return {part.lesion.label: part.mm for part in parts if part.mm is not None}


def _evidence(parts: tuple[Counted, ...]) -> tuple[str, ...]:
    return tuple(row.id for part in parts for row in part.rows)


def _judge(
    timeline: Timeline, baseline: Baseline, start: Sequence[Assessment], done: Sequence[Assessment], visit: str, parts: tuple[Counted, ...], others: "_NonTargets"
) -> Assessment:
    """`start` holds the baseline where there is one, `done` what was judged before."""
    now = total(parts)
    base = start[0] if start else None
    before = (*start, *done)
    unlike = unlike_method(parts, base.targets) if base is not None and parts else None
    nadir, nadir_visit = _nadir(before, parts) if base is not None and unlike is None else (None, None)
    reference = base.size.sum_mm if base is not None and unlike is None else None
    cr_before = any(row.size.overall == CR for row in before)
    after_surgery = not timeline.before_surgery(visit)
    target: str | None
    target, reason = _target(timeline, baseline, base, parts, nadir, unlike, cr_before)
    back = _reappeared(timeline, parts, others.present(visit)) if cr_before else ""
    new = _new_lesion(timeline, visit)
    non_target: str | None = others.response(visit)
    if after_surgery:
        target, non_target, reason, back = None, None, "after surgery", ""
    overall, notes = _overall(target, non_target, new, back, bool(parts))
    provisional = overall is not None and overall != PD and new is None
    if target == SD and any(row.size.target == PR for row in before):
        notes.insert(0, "SD by size, PR earlier")
    if target is not None and (method := foreign_method(parts)) is not None:
        notes.append(f"{method} is not a RECIST modality")
    size = SizeReview(
        sum_mm=now,
        nadir_mm=nadir,
        change_from_baseline_pct=change_pct(now, reference) if now is not None and reference is not None else None,
        change_from_nadir_pct=change_pct(now, nadir) if now is not None and nadir is not None else None,
        target=target,
        non_target=non_target,
        new_lesion=new,
        overall=overall,
        provisional=provisional,
        reason="; ".join(text for text in (reason, *notes) if text) or None,
        lesions=_millimetres(parts),
        evidence=_evidence(parts) + tuple(row.id for row in timeline.rows("lesion.new", visit)) + others.evidence(visit),
    )
    return Assessment(visit, size, parts, nadir_visit, back, unlike or "")


def _nadir(before: Sequence[Assessment], parts: tuple[Counted, ...]) -> tuple[Decimal | None, str | None]:
    """The smallest earlier sum measured by the same methods, baseline included (REC-06).

    A baseline sum that is not evaluable is never replaced by a later one.
    """
    if before[0].size.sum_mm is None:
        return None, None
    sums = [(row.size.sum_mm, row.visit) for row in before if row.size.sum_mm is not None and unlike_method(parts, row.targets) is None]
    return min(sums, key=lambda pair: pair[0], default=(None, None))


def _target(
    timeline: Timeline,
    baseline: Baseline,
    base: Assessment | None,
    parts: tuple[Counted, ...],
    nadir: Decimal | None,
    unlike: str | None,
    cr_before: bool,
) -> tuple[str | None, str | None]:
    """The target response, in the order of the specification, and the reason where one is due."""
    if not parts:
        return None, None
    gaps = "; ".join(part.reason for part in parts if part.reason)
    if base is None:
        return NE, baseline.why
    if base.size.sum_mm is None:
        return NE, f"the baseline sum is not evaluable ({base.size.reason}); a later sum never replaces it"
    if unlike is not None:
        return NE, unlike
    assert nadir is not None
    now, measured = total(parts), measured_subset(parts)
    # What is there proves progression, whatever is missing: a gap never hides it (REC-11, REC-17).
    worse = (cr_before and _reappeared(timeline, parts) != "") or progressed(timeline, measured, nadir)
    if base.size.sum_mm == 0:
        return PD if worse else NE, "no target lesion was visible at baseline"
    if now is None:
        return (PD, f"{gaps}; the measured lesions alone prove progression") if worse else (NE, gaps)
    if _complete(timeline, parts):
        return CR, None
    if worse:
        return PD, None
    return (PR if shrunk(timeline, now, base.size.sum_mm) else SD), None


def progressed(timeline: Timeline, now: Decimal, nadir: Decimal) -> bool:
    """At least 20 % and at least 5 mm above the nadir, both inclusive (REC-09)."""
    rule = timeline.catalog.rules["REC-09"]
    return 100 * (now - nadir) >= rule.number("increase_pct") * nadir and now - nadir >= rule.number("absolute_mm")


def shrunk(timeline: Timeline, now: Decimal, baseline: Decimal) -> bool:
    """At least 30 % below the baseline, inclusive (REC-08)."""
    return 100 * (baseline - now) >= timeline.catalog.rules["REC-08"].number("decrease_pct") * baseline


def size_limits(timeline: Timeline) -> tuple[Decimal, ...]:
    """The thresholds that a displayed change of size must not seem to reach."""
    return limits_of(timeline.catalog.rules)


def limits_of(rules: Mapping[str, Rule]) -> tuple[Decimal, ...]:
    """The same of a catalogue's rules."""
    return -rules["REC-08"].number("decrease_pct"), rules["REC-09"].number("increase_pct"), -rules["NAC-01"].number("decrease_pct")


def _complete(timeline: Timeline, parts: tuple[Counted, ...]) -> bool:
    """All masses absent and every target node under 10 mm short axis (REC-07)."""
    normal = timeline.catalog.rules["REC-07"].number("node_normal")
    return all(part.mm is not None and (part.mm < normal if part.lesion.kind == "node" else part.mm == 0) for part in parts)


def _reappeared(timeline: Timeline, parts: tuple[Counted, ...], others: Sequence[str] = ()) -> str:
    """What came back after an overall CR: a mass of any size, a node from 10 mm, any of the `others` (REC-17)."""
    rule = timeline.catalog.rules["REC-17"]
    back = [part for part in parts if part.mm is not None and (part.mm >= rule.number("node_back") if part.lesion.kind == "node" else part.mm > 0)]
    if not back and not others:
        return ""
    names = ", ".join((*(part.lesion.label for part in back), *others))
    text = f"{names} back after complete response"
    only = back[0] if back and not others else None
    if only is not None and len(back) == 1 and only.lesion.kind == "node" and only.mm is not None and only.mm < rule.number("reimage_below"):
        text += "; re-image before calling progression"
    return text


def _new_lesion(timeline: Timeline, visit: str) -> str | None:
    """yes wins over equivocal over no; None when the question was not answered (REC-18).

    An equivocal lesion that is confirmed later under the same label counts from its first appearance.
    """
    answers = new_answers(timeline, visit)
    said = set().union(*answers.values())
    unsure = {label for label, words in answers.items() if label and "equivocal" in words}
    for later in timeline.visits[timeline.positions[visit] + 1 :] if unsure else ():
        if any(label in unsure and "yes" in words for label, words in new_answers(timeline, later.id).items()):
            said.add("yes")
    return next((answer for answer in ("yes", "equivocal", "no") if answer in said), None)


def new_answers(timeline: Timeline, visit: str) -> Mapping[str, set[str]]:
    """The answers of a visit by lesion ("" for none named). A new lesion that is there answers yes, unless the reader was unsure of it."""
    answers: dict[str, set[str]] = {}
    for row in counting(timeline.rows("lesion.new", visit)):
        answers.setdefault(row.lesion or "", set()).add(row.code or "")
    for row in (*timeline.rows("size.diameter", visit), *timeline.rows("lesion.status", visit)):
        lesion = timeline.history.lesion(row.lesion or "")
        seen = row.code not in (ABSENT, NOT_EVALUABLE) and (row.quantity is None or row.quantity.exact != 0)
        if lesion is not None and lesion.role == "new" and seen and "equivocal" not in answers.get(lesion.label, ()):
            answers.setdefault(lesion.label, set()).add("yes")
    return answers


def _overall(target: str | None, non_target: str | None, new: str | None, back: str, has_targets: bool) -> tuple[str | None, list[str]]:
    """The overall response of a visit (REC-13, REC-14) and what must be said with it; `back` is what REC-17 found."""
    notes = [back] if back else []
    if PD in (target, non_target) or new == "yes" or back:
        overall: str | None = PD
        if new == "yes":
            notes.append("new lesion")
    elif has_targets:
        overall = {CR: CR if non_target in (CR, "none") else PR, PR: PR, SD: SD, NE: NE}.get(target or "")
    else:
        overall = None if non_target in (None, "none") else non_target
    if overall is not None and overall != PD and new is None:
        notes.append(NEW_NOT_RECORDED)
    if new == "equivocal":
        notes.append("equivocal new lesion counted as no")
    return overall, notes


class _NonTargets:
    """Non-target disease of a case (REC-12)."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        statuses = [row for analyte in _STATUS for row in timeline.rows(analyte)]
        # A state with no diameter to it is of non-target disease, also where the role was left at its default.
        stated = {row.lesion for row in timeline.rows("lesion.status")} - {row.lesion for row in timeline.rows("size.diameter")}
        self._lesions = [lesion for lesion in timeline.history.lesions if lesion.role == "non_target" or (lesion.role == "target" and lesion.label in stated)]
        self._labels = {lesion.label for lesion in self._lesions}
        self.rows = [*statuses, *(row for row in timeline.rows("size.diameter") if row.lesion in self._labels)]
        baseline = timeline.baseline(self.rows).visit
        # Two examinations before treatment (CT, then a bone scan) are one baseline.
        place = -1 if baseline is None else timeline.positions[baseline]
        first = [row for row in self.rows if timeline.positions[row.visit] <= place]
        self._followed = {row.lesion for row in first if row.lesion}
        self._together = any(row.analyte == "lesion.non_target" for row in first)

    def evidence(self, visit: str) -> tuple[str, ...]:
        """Observation ids of the statuses at a visit."""
        return tuple(row.id for analyte in _STATUS for row in self._timeline.rows(analyte, visit))

    def present(self, visit: str) -> list[str]:
        """The lesions stated, or measured, to be there at a visit."""
        return [lesion.label for lesion in self._lesions if self._state(lesion.label, visit) == _PRESENT]

    def response(self, visit: str) -> str:
        """CR, NON-CR/NON-PD, PD, NE, or "none" where none was recorded at baseline and none is there now."""
        rows = self._timeline.rows("lesion.non_target", visit)
        together, doubt = pick(rows)
        if together is not None and together.code is not None:
            return self._with_marker(visit, together.code)
        if doubt is not None:
            return PD if any(row.code == PD for row in rows) else NE
        states = {lesion: self._state(lesion.label, visit) for lesion in self._lesions}
        if PD in states.values() or any(row.code == PD and row.lesion not in self._labels for row in counting(self._timeline.rows("lesion.status", visit))):
            return PD
        # One that is there although the baseline says nothing of it is no reason for a complete response.
        kept = [state for lesion, state in states.items() if lesion.label in self._followed or state == _PRESENT]
        if not kept:
            return NE if self._together else "none"
        if NE in kept:
            return NE
        return self._with_marker(visit, CR if all(state == ABSENT for state in kept) else NON_CR_NON_PD)

    def _state(self, label: str, visit: str) -> str:
        """PRESENT, ABSENT, PD or NE: as stated, else from the diameter."""
        rows = [row for row in self._timeline.rows("lesion.status", visit) if row.lesion == label]
        status, doubt = pick(rows)
        if status is not None and status.code is not None:
            return status.code
        if doubt is not None:
            return PD if any(row.code == PD for row in rows) else NE
        row, _ = pick([row for row in self._timeline.rows("size.diameter", visit) if row.lesion == label])
        if row is None or row.code == NOT_EVALUABLE:
            return NE
        lesion = self._timeline.history.lesion(label)
        largest = row.quantity.upper if row.quantity else None
        normal = self._timeline.catalog.rules["REC-12"].number("node_normal")
        small = largest is not None and (largest < normal if lesion is not None and lesion.kind == "node" else largest == 0)
        return ABSENT if row.code == ABSENT or small else _PRESENT

    def _with_marker(self, visit: str, response: str) -> str:
        """A complete response also needs a marker that was raised at baseline to be normal now."""
        if response != CR:
            return response
        for analyte in self._timeline.catalog.analytes.values():
            if not analyte.has_uln or not analyte.id.startswith("marker."):
                continue
            base = [row for row in self._timeline.rows(analyte.id) if row.visit == self._timeline.baseline(self._timeline.rows(analyte.id)).visit]
            first, _ = pick(base)
            if first is None or first.quantity is None:
                continue
            if first.uln is None:
                return NE  # without its upper limit nobody can say that the marker was, or is, normal
            if first.quantity.lower <= first.uln:
                continue
            now, _ = pick(self._timeline.rows(analyte.id, visit))
            if now is None or now.quantity is None or now.quantity.upper is None:
                return NE
            if now.quantity.upper > (now.uln or first.uln):
                return NON_CR_NON_PD
        return response
