"""iRECIST under a checkpoint inhibitor: iUPD, iCPD and the reset of the bar (IRC-01 to IRC-03).

Source: Seymour 2017 (key irecist) and the working group's answers (key irecist_faq), specification 2.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.analytes import ABSENT
from nacdesk.domain.facts import Lesion
from nacdesk.domain.lesions import Counted, TargetSet, counted, total, unlike_method
from nacdesk.domain.recist import CR, NE, NON_CR_NON_PD, PD, PR, SD, Assessment, Course, new_answers
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline
from nacdesk.domain.wording import mm

IUPD, ICPD = "iUPD", "iCPD"
_LABELS = {CR: "iCR", PR: "iPR", SD: "iSD", NON_CR_NON_PD: "NON-iCR/NON-iUPD", NE: NE}
_TARGET, _OTHER, _NEW = "target lesions", "non-target disease", "new lesion"


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The first iUPD since the last reset, with the categories that were its reason."""

    row: Assessment
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One assessment in the terms of iRECIST.

    Attributes:
        label: iCR, iPR, iSD, iUPD, iCPD, NON-iCR/NON-iUPD, NE; None when nothing was assessed.
        opened: the iUPD that was open before this assessment, or that it opens.
        confirmed: None when it is not known, or too early, whether the iUPD is confirmed.
        why: what confirmed it, or why that is not known.
        shown: the visit that confirmed it.
        late: confirmed after the window of the source.
        reset: it closed an open iUPD.
    """

    row: Assessment
    label: str | None
    opened: Unconfirmed | None = None
    confirmed: bool | None = False
    why: str = ""
    shown: str = ""
    late: bool = False
    reset: bool = False


def checkpoint_inhibitor(timeline: Timeline) -> bool | None:
    """As recorded, else from the regimen; None when neither says."""
    said = timeline.says("treatment.immune")
    if said is not None:
        return said == "yes"
    return None if timeline.regimen is None else timeline.regimen.immune


def course(timeline: Timeline, sizes: Course) -> tuple[Step, ...]:
    """Every assessment of the follow-up, in order."""
    steps: list[Step] = []
    opened: Unconfirmed | None = None
    for row in sizes.follow_up:
        if steps and steps[-1].label == ICPD:
            steps.append(replace(steps[-1], row=row))
            continue
        step = _step(timeline, row, opened)
        opened = None if step.reset else step.opened
        steps.append(step)
    return tuple(steps)


def _step(timeline: Timeline, row: Assessment, opened: Unconfirmed | None) -> Step:
    overall = row.size.overall
    if opened is None:
        if overall != PD:
            return Step(row, _LABELS.get(overall or ""))
        return Step(row, IUPD, Unconfirmed(row, _reasons(row)), None, "no later assessment yet")
    if overall is None:
        return Step(row, None, opened, None, row.size.reason or "nothing assessed")
    still = overall == PD or (_NEW in opened.reasons and _remains(timeline, opened.row.visit, row))
    if overall == NE and not still:
        return Step(row, NE, opened, None, row.size.reason or "not evaluable")
    if not still:
        return Step(row, _LABELS[overall], opened, reset=True)
    rule = timeline.catalog.rules["IRC-02"]
    soonest, latest = rule.pair("window_days")
    days = _days(timeline, opened.row, row)
    if days is None:
        return Step(row, IUPD, opened, None, "the days since the iUPD are not known")
    if days < soonest:
        return Step(row, IUPD, opened, None, f"{wording.counted(days, 'day')} after the iUPD, fewer than {soonest}")
    proof, open_questions = _growth(timeline, rule, opened, row)
    if proof:
        return Step(row, ICPD, opened, True, f"{'; '.join(proof)}, {days} days after the iUPD", row.visit, late=days > latest)
    return Step(row, IUPD, opened, None if open_questions else False, "; ".join(open_questions))


def _reasons(row: Assessment) -> tuple[str, ...]:
    """The categories that made it a progression; what came back after CR is a target or non-target disease."""
    size = row.size
    found = [name for name, is_so in ((_TARGET, size.target == PD), (_OTHER, size.non_target == PD), (_NEW, size.new_lesion == "yes")) if is_so]
    return tuple(found) or (_OTHER,)


def _days(timeline: Timeline, first: Assessment, now: Assessment) -> int | None:
    then, later = timeline.dates[first.visit], timeline.dates[now.visit]
    return None if then is None or later is None else (later - then).days


# New lesions


def _there(timeline: Timeline, visit: str) -> set[str]:
    """Labels of the new lesions of a visit; "" where the answer named none."""
    said = {label for label, words in new_answers(timeline, visit).items() if "yes" in words}
    return said - {""} or said


def _remains(timeline: Timeline, first: str, now: Assessment) -> bool:
    """A new lesion of the iUPD counts as there until it is recorded as gone."""
    named = _there(timeline, first)
    if named == {""}:
        return now.size.new_lesion != "no"
    return not all(_gone(timeline, now.visit, label) for label in named)


def _gone(timeline: Timeline, visit: str, label: str) -> bool:
    rows = [row for analyte in ("size.diameter", "lesion.status", "lesion.new") for row in timeline.rows(analyte, visit) if row.lesion == label]
    return bool(rows) and all(row.code in (ABSENT, "no") or (row.quantity is not None and row.quantity.exact == 0) for row in rows)


def _measured(timeline: Timeline, lesions: Sequence[Lesion], visit: str) -> tuple[Counted, ...]:
    """What each of these lesions measures at a visit."""
    rows = {lesion.label: [row for row in timeline.rows("size.diameter") if row.lesion == lesion.label] for lesion in lesions}
    return counted(timeline, TargetSet(tuple(lesions), {lesion.label: () for lesion in lesions}, rows), visit)


def _new_targets(timeline: Timeline, visit: str, lesions: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The largest measurable new lesions of the iUPD, within the limits of the selection (REC-01 to REC-03)."""
    rules = timeline.catalog.rules
    limits = rules["REC-03"]
    chosen: list[Lesion] = []
    for part in sorted(_measured(timeline, lesions, visit), key=lambda part: -(part.mm or Decimal(0))):
        least = rules["REC-02"].number("target") if part.lesion.kind == "node" else rules["REC-01"].number("ct_mri")
        beside = sum(1 for other in chosen if _organ(other) == _organ(part.lesion))
        if part.mm is not None and part.mm >= least and len(chosen) < limits.number("max_total") and beside < limits.number("max_per_organ"):
            chosen.append(part.lesion)
    return tuple(chosen)


def _organ(lesion: Lesion) -> str:
    return "node" if lesion.kind == "node" else (lesion.organ or lesion.label).casefold()


# Growth since the iUPD


def _growth(timeline: Timeline, rule: Rule, opened: Unconfirmed, row: Assessment) -> tuple[list[str], list[str]]:
    """What confirms the iUPD, and what is not known; both empty when it is known not to be confirmed."""
    size, proof, unknown = row.size, [], []
    if _TARGET in opened.reasons:
        then, now, unlike = opened.row.size.sum_mm, size.sum_mm, row.unlike or unlike_method(row.targets, opened.row.targets)
        if then is None or now is None or unlike:
            unknown.append(unlike or "growth of the target lesions since the iUPD is not known")
        elif now - then >= rule.number("further_mm"):
            proof.append(f"sum of targets {mm(then)} → {mm(now)} mm since the iUPD")
    elif size.target == PD:
        proof.append("target lesions now progressive")
    elif size.target == NE:
        unknown.append("target lesions not evaluable")
    if _OTHER in opened.reasons:
        _compare(_parts(timeline, opened.row.visit, row.visit, _others(timeline)), "non-target lesion", proof, unknown)
    elif size.non_target == PD:
        proof.append("non-target disease now progressive")
    elif size.non_target == NE:
        unknown.append("non-target disease not evaluable")
    if _NEW in opened.reasons:
        _new_growth(timeline, rule, opened, row, proof, unknown)
    elif size.new_lesion == "yes":
        proof.append("a new lesion")
    elif size.new_lesion is None:
        unknown.append("new lesions not recorded")
    return proof, unknown


def _others(timeline: Timeline) -> list[Lesion]:
    measured = {row.lesion for row in timeline.rows("size.diameter")}
    return [lesion for lesion in timeline.history.lesions if lesion.role == "non_target" or (lesion.role == "target" and lesion.label not in measured)]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A lesion at the iUPD and now: grew, did not, or not known."""

    label: str
    grew: bool | None


def _parts(timeline: Timeline, first: str, now: str, lesions: Sequence[Lesion]) -> list[_Pair]:
    """By diameter, else by status: progressive now and not at the iUPD, or gone now."""
    found = []
    for old, new in zip(_measured(timeline, lesions, first), _measured(timeline, lesions, now), strict=True):
        before, after = (_status(timeline, visit, old.lesion.label) for visit in (first, now))
        grew: bool | None = None
        if old.mm is not None and new.mm is not None and unlike_method((new,), (old,)) is None:
            grew = new.mm > old.mm
        elif after == PD and before not in (PD, None):
            grew = True
        elif after == ABSENT or (after == "PRESENT" and before == "PRESENT"):
            grew = False
        found.append(_Pair(old.lesion.label, grew))
    return found


def _status(timeline: Timeline, visit: str, label: str) -> str | None:
    return next((row.code for row in reversed(timeline.rows("lesion.status", visit)) if row.lesion == label), None)


def _compare(pairs: Sequence[_Pair], noun: str, proof: list[str], unknown: list[str]) -> None:
    grown = [pair.label for pair in pairs if pair.grew]
    if grown:
        proof.append(f"{noun} {wording.joined(grown)} grew since the iUPD")
    if not pairs or any(pair.grew is None for pair in pairs):
        unknown.append(f"growth of every {noun} since the iUPD is not known")


def _new_growth(timeline: Timeline, rule: Rule, opened: Unconfirmed, row: Assessment, proof: list[str], unknown: list[str]) -> None:
    first, now = _there(timeline, opened.row.visit), _there(timeline, row.visit)
    more = now - first - {""}
    if more and "" not in first:
        proof.append(f"another new lesion ({wording.joined(sorted(more))})")
    elif more or "" in now:
        unknown.append("whether it is another new lesion is not recorded")
    elif row.size.new_lesion is None:
        unknown.append("new lesions not recorded")
    lesions = [lesion for label in sorted(first) if (lesion := timeline.history.lesion(label)) is not None]
    targets = _new_targets(timeline, opened.row.visit, lesions)
    if targets:
        parts, before = _measured(timeline, targets, row.visit), _measured(timeline, targets, opened.row.visit)
        then, later = total(before), total(parts)
        if then is None or later is None or unlike_method(parts, before) is not None:
            unknown.append("growth of the new targets since the iUPD is not known")
        elif later - then >= rule.number("further_mm"):
            proof.append(f"sum of new targets {mm(then)} → {mm(later)} mm since the iUPD")
    rest = [lesion for lesion in lesions if lesion not in targets]
    if rest:
        _compare(_parts(timeline, opened.row.visit, row.visit, rest), "new lesion", proof, unknown)


# Results


def results(timeline: Timeline, sizes: Course) -> Iterator[RuleResult]:
    """IRC-01 to IRC-03 at each assessment after the baseline."""
    rules = [timeline.catalog.rules[name] for name in ("IRC-01", "IRC-02", "IRC-03")]
    given = checkpoint_inhibitor(timeline)
    if given is not True:
        for rule in rules:
            yield not_here(rule, "no checkpoint inhibitor") if given is False else cannot(rule, "whether a checkpoint inhibitor is given is not recorded", "treatment.immune")
        return
    steps = course(timeline, sizes)
    if not steps:
        for rule in rules:
            yield cannot(rule, "no assessment after the baseline", "size.diameter after the baseline")
    for place, step in enumerate(steps):
        yield _unconfirmed(timeline, step, rules[0])
        yield _confirmed(timeline, step, rules[1])
        yield _reset(timeline, step, rules[2], place)


def _evidence(step: Step) -> tuple[str, ...]:
    first = step.opened.row.size.evidence if step.opened is not None else ()
    return tuple(dict.fromkeys((*first, *step.row.size.evidence)))


def _unconfirmed(timeline: Timeline, step: Step, rule: Rule) -> RuleResult:
    where = timeline.at(step.row.visit)
    kept = {"visit": step.row.visit, "evidence": step.row.size.evidence}
    if step.label in (None, NE):
        return cannot(rule, f"{step.row.size.reason or 'nothing assessed'}, {where}", detail=step.label, **kept)
    if step.label == IUPD and step.opened is not None:
        since = "" if step.opened.row is step.row else f" since {timeline.name(step.opened.row.visit)}"
        sentence = f"Progression by RECIST under a checkpoint inhibitor, unconfirmed (iUPD){since}, {where}; reason: {wording.joined(step.opened.reasons)}."
        return result(rule, "met", sentence, detail=IUPD, **kept)
    provisional = ", provisional: new lesions not recorded" if step.row.size.provisional and step.label != ICPD else ""
    return result(rule, "not_met", f"Response by iRECIST {step.label}{provisional}, {where}.", detail=step.label, **kept)


def _confirmed(timeline: Timeline, step: Step, rule: Rule) -> RuleResult:
    where = timeline.at(step.row.visit)
    kept = {"visit": step.row.visit, "evidence": _evidence(step)}
    if step.label is None or (step.label == NE and step.opened is None):
        return cannot(rule, f"{step.row.size.reason or 'nothing assessed'}, {where}", **kept)
    if step.opened is None:
        return result(rule, "not_met", f"No progression to confirm {where}: {step.label}.", detail=step.label, **kept)
    since = timeline.name(step.opened.row.visit)
    if step.label == ICPD:
        late = " (late confirmation)" if step.late else ""
        stands = "" if step.shown == step.row.visit else f"; it stands {where}"
        sentence = f"Progression confirmed by iRECIST, {ICPD}{late}, dated to the iUPD {timeline.at(step.opened.row.visit)}: {step.why}, {timeline.at(step.shown)}{stands}."
        return result(rule, "met", sentence, detail=f"{ICPD}{late}", **kept)
    if step.confirmed is None:
        low = rule.pair("window_days")[0]
        reason = f"iUPD of {since} not confirmed {where}: {step.why}" if step.opened.row is not step.row else f"iUPD {where}, no assessment {low} days or more later yet"
        return cannot(rule, reason, f"assessment {low} or more days after the iUPD", detail=IUPD if step.label == IUPD else step.label, **kept)
    text = f"iUPD of {since} not confirmed {where}" if step.label == IUPD else f"iUPD of {since} not confirmed, {step.label} {where}"
    return result(rule, "not_met", f"The {text}.", detail=step.label, **kept)


def _reset(timeline: Timeline, step: Step, rule: Rule, place: int) -> RuleResult:
    where = timeline.at(step.row.visit)
    kept = {"visit": step.row.visit, "evidence": _evidence(step)}
    if place == 0:
        return cannot(rule, f"a single assessment {where}", "a later assessment", **kept)
    if step.opened is None or step.opened.row is step.row:
        return not_here(rule, f"no iUPD before this assessment, {where}", **kept)
    if step.label in (None, NE):
        return cannot(rule, f"{step.why or 'not evaluable'}, {where}", **kept)
    since = timeline.name(step.opened.row.visit)
    if step.reset:
        return result(rule, "met", f"The iUPD of {since} is closed: {step.label} {where}; a later progression is a new iUPD.", detail=step.label, **kept)
    return result(rule, "not_met", f"The iUPD of {since} stands {where}: {step.label}.", detail=step.label, **kept)
