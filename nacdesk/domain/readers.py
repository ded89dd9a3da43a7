"""Several readers side by side: the course as each of them saw it, and every point at which they differ.

A reader is judged by the own readings and by those that carry no reader's name; nothing is borrowed from another
reader. What counts for the case is decided elsewhere, by what is accepted (timeline.pick): here it is only named.
No threshold says how much readers may differ; the difference is stated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from nacdesk.domain import recist, wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import ReaderNote, ReaderReview, SizeReview
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import Catalog
from nacdesk.domain.timeline import Timeline

_READINGS = ("size.diameter", "lesion.status", "lesion.non_target", "lesion.new")
_ASPECTS: tuple[tuple[str, Callable[[SizeReview], str]], ...] = (
    ("overall response", lambda size: size.overall or "not judged"),
    ("target lesions", lambda size: size.target or "not judged"),
    ("non-target disease", lambda size: {None: "not judged", "none": "none recorded"}.get(size.non_target, size.non_target or "")),
    ("new lesions", lambda size: size.new_lesion or "not answered"),
)


def side_by_side(timeline: Timeline, sizes: recist.Course) -> tuple[tuple[ReaderReview, ...], tuple[ReaderNote, ...]]:
    """Each reader's course and the notes on where they differ; both empty with fewer than two readers.

    Args:
        sizes: the course that counts for the case.
    """
    named = [row for row in timeline.history.observations if row.reader]
    if len({row.reader for row in named}) < 2:
        return (), ()
    images = sorted({row.reader for row in named if row.reader and row.analyte in _READINGS})
    courses = tuple(_one(timeline, reader) for reader in images) if len(images) > 1 else ()
    notes = [*_of_course(timeline, courses), *_of_visits(timeline, sizes, courses), *_of_values(timeline, named)]
    place = {visit.id: number for number, visit in enumerate(timeline.visits)}
    return courses, tuple(sorted(notes, key=lambda note: -1 if note.visit is None else place[note.visit]))


def seen_by(timeline: Timeline, reader: str) -> Timeline:
    """The timeline with the images as one reader saw them.

    A reading without a reader's name stays, unless this reader gave the same one (analyte, lesion, visit).
    """
    own = {_subject(row) for row in timeline.history.observations if _read(row) and row.reader == reader}

    def kept(row: Observation) -> bool:
        return not _read(row) or row.reader == reader or (not row.reader and _subject(row) not in own)

    rows = tuple(row for row in timeline.history.observations if kept(row))
    seen = {row.lesion for row in rows}
    return replace(
        timeline,
        history=replace(timeline.history, lesions=tuple(lesion for lesion in timeline.history.lesions if lesion.label in seen), observations=rows),
        by_visit={visit: tuple(filter(kept, several)) for visit, several in timeline.by_visit.items()},
        by_analyte={analyte: found for analyte, several in timeline.by_analyte.items() if (found := tuple(filter(kept, several)))},
        by_place={place: found for place, several in timeline.by_place.items() if (found := tuple(filter(kept, several)))},
    )


def _read(row: Observation) -> bool:
    """Read off an image, so that it is one reader's and not the case's."""
    return row.analyte.startswith(("size.", "lesion."))


def _subject(row: Observation) -> tuple[str, str, str | None]:
    return row.analyte, row.visit, row.lesion


def _one(timeline: Timeline, reader: str) -> ReaderReview:
    course = recist.course(seen_by(timeline, reader))
    readings = [row for row in timeline.history.observations if row.reader and row.analyte in _READINGS]
    mine, others = {row.visit for row in readings if row.reader == reader}, {row.visit for row in readings if row.reader != reader}
    # A visit that only others read is not one of this reader's, also where a nameless answer belongs to it.
    sizes = {row.visit: row.size for row in course.assessments if row.visit in mine or row.visit not in others}
    accepted = frozenset(row.visit for row in readings if row.reader == reader and row.accepted)
    return ReaderReview(reader, course.baseline.why, course.baseline.visit, sizes, accepted)


def _of_course(timeline: Timeline, courses: Sequence[ReaderReview]) -> Iterator[ReaderNote]:
    """What the comparison rests on: baselines that are not there, values without a name, a reader that changes."""
    for one in courses:
        if one.baseline_visit is None:
            yield ReaderNote("course", None, f"Reader {one.reader}: {one.baseline}, so the own course of this reader is not evaluable.")
    nameless: dict[str, int] = {}
    for row in timeline.history.observations if courses else ():
        if row.analyte == "size.diameter" and not row.reader:
            nameless[row.visit] = nameless.get(row.visit, 0) + 1
    if nameless:
        where = wording.joined(f"{count} {timeline.at(visit)}" for visit, count in nameless.items())
        yield ReaderNote("course", None, f"Diameters without a reader's name stand in for each reader who gave none: {where}.")
    by_reader = {one.reader: [timeline.at(visit) for visit in timeline.positions if visit in one.counting] for one in courses if one.counting}
    if len(by_reader) > 1:
        taken = "; ".join(f"those of {reader} {wording.joined(visits)}" for reader, visits in by_reader.items())
        yield ReaderNote("course", None, f"The accepted readings are not by one reader: {taken}. A change between these visits is a change of reader too.")


def _of_visits(timeline: Timeline, sizes: recist.Course, courses: Sequence[ReaderReview]) -> Iterator[ReaderNote]:
    """Unlike responses, also of readers and case, and unlike sums, visit by visit."""
    for visit in timeline.positions:
        there = {one.reader: one.sizes[visit] for one in courses if visit in one.sizes}
        where = timeline.at(visit)
        where = where[0].upper() + where[1:]
        said = {name: {reader: words(size) for reader, size in there.items()} for name, words in _ASPECTS}
        if said["target lesions"] == said["overall response"]:
            del said["target lesions"]  # nothing but the target lesions makes the response: once is enough
        unlike = [f"{name} {_by(texts)}" for name, texts in said.items() if len(set(texts.values())) > 1]
        case = None if (row := sizes.at(visit)) is None else row.size.overall
        if not unlike and there and case not in {size.overall for size in there.values()}:
            unlike = [f"overall response {_by(said['overall response'])}"]  # they agree, and the case reads otherwise
        if unlike:
            yield ReaderNote("response", visit, f"{where}: {'; '.join(unlike)}; {_counts(visit, case, there, courses)}.")
        sums = {reader: size.sum_mm for reader, size in there.items()}
        if len(set(sums.values())) > 1:
            texts = {reader: "not evaluable" if total is None else f"{plain(total)} mm" for reader, total in sums.items()}
            yield ReaderNote("sum", visit, f"{where}: sum of diameters {_by(texts)}{_apart([total for total in sums.values() if total is not None], 'mm')}.")


def _counts(visit: str, case: str | None, there: Mapping[str, SizeReview], courses: Sequence[ReaderReview]) -> str:
    """Whose reading the case goes by, and what it reads there."""
    reads = f"the case reads {case or 'nothing'}"
    accepted = [one.reader for one in courses if visit in one.counting]
    if len(there) == 1:
        return f"nobody else read this visit, and with the values of others at other visits {reads}"
    if not accepted:
        return f"no reading is accepted, {reads}"
    if len(accepted) == 1 and there[accepted[0]].overall == case:
        return f"the accepted reading ({accepted[0]}) counts"
    return f"readings of {wording.joined(accepted)} are accepted; with those accepted at other visits {reads}"


def _of_values(timeline: Timeline, named: Sequence[Observation]) -> Iterator[ReaderNote]:
    """Single values that two readers gave for one day, where they differ."""
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for row in named:
        groups.setdefault((*_subject(row), timeline.date_of(row) or row.partial_date), []).append(row)
    for rows in groups.values():
        if len({row.reader for row in rows}) < 2 or len({row.value for row in rows}) < 2:
            continue
        first = rows[0]
        analyte = timeline.catalog.analytes.get(first.analyte)
        name = analyte.name if analyte else first.analyte
        unlike = len({(row.method or "").casefold() for row in rows}) > 1
        said = dict(sorted((f"{row.reader}{f' ({row.method})' if unlike and row.method else ''}", str(row.value)) for row in rows))
        numbers = [row.quantity.exact for row in rows if row.quantity is not None and row.quantity.exact is not None]
        apart = _apart(numbers, first.quantity.unit if first.quantity else "") if len(numbers) == len(rows) else ""
        yield ReaderNote("value", first.visit, f"{name}{f' of {first.lesion}' if first.lesion else ''} {timeline.at(first.visit)}: {_by(said)}{apart}.")


def _by(said: Mapping[str, str]) -> str:
    """What each reader says: "PR by A and C, SD by B"."""
    names: dict[str, list[str]] = {}
    for reader, text in said.items():
        names.setdefault(text, []).append(reader)
    return ", ".join(f"{text} by {wording.joined(readers)}" for text, readers in names.items())


def _apart(numbers: Sequence[Decimal], unit: str) -> str:
    """How far apart: in the unit, and in per cent of the smaller; "" for fewer than two numbers."""
    if len(numbers) < 2:
        return ""
    low, high = min(numbers), max(numbers)
    share = f" ({wording.percent(100 * (high - low) / low, signed=False)} of the smaller)" if low > 0 else ""
    return f"; {plain(high - low)}{f' {unit}' if unit else ''} apart{share}"


def lines(size: SizeReview, catalog: Catalog) -> tuple[str, ...]:
    """What the readings of one visit come to, in a few words each."""
    edges = recist.limits_of(catalog.rules)
    found = [f"sum {wording.mm(size.sum_mm)} mm" if size.sum_mm is not None else "sum not evaluable"]
    changes = ((size.change_from_baseline_pct, "baseline"), (size.change_from_nadir_pct, "nadir"))
    found += [f"{wording.percent(change, *edges)} from {since}" for change, since in changes if change is not None]
    non_target = None if size.non_target == "none" else size.non_target
    parts = ((size.target, "target"), (non_target, "non-target"), (size.new_lesion, "new lesion"), (size.overall, "overall"))
    found += [f"{part} {response}" for response, part in parts if response is not None]
    return tuple(found)


def by_visit(notes: Sequence[ReaderNote]) -> Mapping[str | None, tuple[ReaderNote, ...]]:
    """The notes of each visit; those of the whole case under None."""
    found: dict[str | None, tuple[ReaderNote, ...]] = {}
    for note in notes:
        found[note.visit] = (*found.get(note.visit, ()), note)
    return found
