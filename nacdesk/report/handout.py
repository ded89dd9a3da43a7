"""One case on two pages for the board: what is known, what was flagged, what can be discussed.

The same `review` and the same chart plan as on screen; nothing is judged here.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import nacdesk
from nacdesk.charts.build import timeline_chart
from nacdesk.charts.layout import lay_out, least_height
from nacdesk.charts.model import ChartModel, ChartView
from nacdesk.domain import wording
from nacdesk.domain.facts import History, Patient
from nacdesk.domain.judgements import Answer, Review
from nacdesk.domain.progress import progress
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import SEVERITIES
from nacdesk.errors import UserError
from nacdesk.report import drawing, output, styles
from nacdesk.report.basis import Basis
from nacdesk.report.identity import WATERMARK, minute, who_is
from nacdesk.report.pages import Grid, Identity, Pages, Paper, Printed, Symbol, column
from nacdesk.report.sections import Citations, Flags, Measurements, Options, Reference, print_decision
from nacdesk.report.styles import COLOURS, Paragraph, para, strong

_TITLE = "Tumour board summary"
_SMALLEST, _COMFORTABLE = 0.8, 0.95
_DECISION = 85.0  # points
_CHART_TYPE = 0.68  # the chart's type is sized for a screen
_WORDS, _SHORTEST = re.compile(r"\w+"), 4  # shorter names and numbers would be found everywhere
_FITNESS = ("status.", "labs.", "toxicity.", "genotype.", "medication.", "history.")


def write(
    review: Review,
    path: Path,
    *,
    printed_at: datetime,
    paper: Paper = "A4",
    deidentified: bool = False,
    head: str | None = None,
    question: str = "",
    basis: bool = False,
) -> None:
    """Print a case to a PDF file, whole or not at all.

    Args:
        review: the case as judged; pages, chart and sentences come from it alone.
        path: the file; an older handout of the same case there gives way, any other file is left alone.
        printed_at: stands in the foot of each page.
        deidentified: no name, record number or birth date, the case by its key.
        head: the store's journal head, for the provenance line.
        question: to the board, "" for none.
        basis: with every criterion and what it rests on, behind the two pages.

    Raises:
        UserError: a character cannot be printed, a de-identified page would name the patient, the name
            is taken by another file, or the disk refuses.
    """
    printed = build(review, printed_at=printed_at, paper=paper, deidentified=deidentified, head=head, question=question, basis=basis)
    output.keep(printed, path, _owner(review, deidentified))


def build(review: Review, *, printed_at: datetime, paper: Paper = "A4", deidentified: bool = False, head: str | None = None, question: str = "", basis: bool = False) -> Printed:
    """The pages of `write`, in memory: the same arguments give the same bytes."""
    case = review.history.case
    for field, text in _typed(review.history, question):
        styles.clean(text, f"the {field}")  # refused by the name of the field, whichever sentence it would turn up in
    who = _Who.hidden(review, question) if deidentified else _Who.named(review)
    model = replace(timeline_chart(review, ChartView()), watermark="")  # the page itself carries it
    citations = Citations(review.catalog)
    handout = _Handout(
        paper=paper,
        identity=Identity(who.line, tuple(_foot(review, printed_at, head)), WATERMARK if case.fictitious else ""),
        when=(_as_of(review), f"Printed {minute(printed_at)}"),
        facts=_facts(review, who),
        question=para(strong("Question for the board: "), question, where="the question") if question.strip() else None,
        answers=[_answer(answer) for answer in review.answers],
        model=model,
        flags=Flags.of(review, citations),
        options=Options.of(review, citations),
        measurements=Measurements.of(model.table, model.notes, () if deidentified else review.history.observations, review.catalog),
        references=(Reference.basis(review), Reference.sources(citations)),
    )
    pages = handout.fitted()
    if basis:
        Basis.of(review).print(pages)
    return pages.finish(_TITLE, output.subject(_owner(review, deidentified)), f"nacdesk {nacdesk.__version__}")


@dataclass(frozen=True, slots=True)
class _Handout:
    """The blocks of a handout, to be set on pages in the largest type that two of them allow."""

    paper: Paper
    identity: Identity
    when: Sequence[str]
    facts: Grid
    question: Paragraph | None
    answers: "Sequence[_Box]"
    model: ChartModel
    flags: Flags
    options: Options
    measurements: Measurements
    references: Sequence[Reference]

    def fitted(self) -> Pages:
        """As large as two pages allow; what needs more even in the smallest type gets a comfortable size and its pages."""
        pages = Pages(self.paper, self.identity, _TITLE)
        first = self.facts_height(pages) + _least(self.model, 1.0) + self.flags.height(pages) + self.measurements.height(pages)
        second = self.options.height(pages) + sum(reference.height(pages) for reference in self.references) + _DECISION
        # Smaller type fits more in proportion to the area of a page; where that guess is short, a little smaller still.
        zoom = min(1.0, 0.975 * (2 * pages.room / max(first + second, 2 * second)) ** 0.5)
        while zoom >= _SMALLEST:
            pages = self.filled(zoom)
            if pages.count <= 2:
                return pages
            zoom -= 0.012
        return self.filled(_COMFORTABLE)

    def facts_height(self, pages: Pages) -> float:
        """Points that head, facts, question and answers need."""
        question = self.question.height(pages.width - 20) + 17 if self.question else 0.0
        return 40 + pages.height(self.facts) + question + 12 + max((box.height(pages.width / len(self.answers) - 20) for box in self.answers), default=0.0)

    def filled(self, zoom: float) -> Pages:
        """Everything, on as many pages as it takes."""
        pages = Pages(self.paper, self.identity, _TITLE, zoom)
        pages.head(*self.when)
        pages.grid(self.facts)
        pages.gap(4)
        if self.question is not None:
            pages.paragraph(self.question, boxed=True)
            pages.gap(7)
        _print_answers(pages, self.answers)
        below, table = self.flags.height(pages) + 8, self.measurements.height(pages)
        beside = pages.room - _least(self.model, zoom) - below >= table
        _print_chart(pages, self.model, _least(self.model, zoom), below + (table if beside else 0.0))
        pages.gap(6)
        self.flags.print(pages)
        if beside:
            self.measurements.print(pages)
        pages.section("Options to discuss")
        self.options.print(pages)
        print_decision(pages)
        if not beside:
            self.measurements.print(pages)
        for reference in self.references:
            reference.print(pages)
        return pages


@dataclass(frozen=True, slots=True)
class _Who:
    """How the pages name the case.

    Attributes:
        line: on each page.  patient: in the block on the first.  mrn: beside it.
    """

    line: str
    patient: tuple[str | styles.Run, ...]
    mrn: str

    @classmethod
    def named(cls, review: Review) -> "_Who":
        patient = review.history.case.patient
        name = patient.name or "name not recorded"
        born = f"b. {patient.birth_date.isoformat()}" if patient.birth_date else "birth date not recorded"
        mrn = patient.mrn or "not recorded"
        about = [patient.sex or "sex not recorded", born + (f" ({_age(patient.birth_date, review.as_of)} y)" if patient.birth_date and review.as_of else "")]
        return cls(who_is(patient), (strong(name), " · " + " · ".join(about)), mrn)

    @classmethod
    def hidden(cls, review: Review, question: str) -> "_Who":
        """Nobody is named; free text that would do it is refused, a key that would do it is withheld."""
        case = review.history.case
        for field, text in (*_typed(review.history, question), *_recorded_texts(review.history)):
            if _names(text, case.patient):
                raise UserError(f"The {field} names the patient, so no de-identified handout was made.", "Take name, record number and birth date out of it and print again.")
        key = case.key if _owner(review, deidentified=True) else "(key withheld: it names the patient)"
        about = [case.patient.sex or "sex not recorded"]
        if case.patient.birth_date and review.as_of:
            about.append(f"{_age(case.patient.birth_date, review.as_of)} y")
        return cls(f"De-identified · case {key}", (strong(f"Case {key}"), " · " + " · ".join(about)), "de-identified")


def _owner(review: Review, deidentified: bool) -> str:
    """The case's key as files are told apart by it; "" where even its digest would lead to the patient."""
    case = review.history.case
    return "" if deidentified and _names(case.key, case.patient) else case.key


def _foot(review: Review, printed_at: datetime, head: str | None) -> Iterator[str]:
    catalog, case = review.catalog, review.history.case
    sites = f"{wording.counted(len(catalog.overrides), 'site override')}, on the last page" if catalog.overrides else "no site overrides"
    yield f"nacdesk {nacdesk.__version__} · rule set {catalog.version} (sha256 {catalog.digest[:12]}) · {catalog.standing} · {sites}"
    journal = f" · journal {head}" if head else ""
    yield f"{_as_of(review)} · case revision {case.revision} · content {_content(review.history)} · printed {minute(printed_at)}{journal} · {catalog.statement}"


def _content(history: History) -> str:
    """A short digest of the facts, for telling whether a print is still current; holds nothing of who it is."""
    facts = replace(history, case=replace(history.case, key="", patient=Patient()))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:8]


def _facts(review: Review, who: _Who) -> Grid:
    case = review.history.case
    stage = case.stage or (f"stage {case.stage_group}" if case.stage_group else "stage not recorded")
    site = _recorded(review, ("anatomy.",))
    rows = (
        (("Patient", who.patient), ("MRN", (who.mrn,))),
        (("Diagnosis", (f"{case.diagnosis or 'not recorded'}, {stage}" + (f" · {site}" if site else ""),)), ("Treatment", (_treatment(review),))),
        (("Biomarkers", (_recorded(review, ("biomarkers.",)) or "not recorded",)), ("Fitness", (_recorded(review, _FITNESS) or "not recorded",))),
    )
    columns = (column("", 62), column(""), column("", 62), column(""))
    return Grid(columns, [[cell for label, text in row for cell in _labelled(label, text)] for row in rows], ruled=False)


def _labelled(label: str, text: tuple[str | styles.Run, ...]) -> tuple[tuple[Paragraph], tuple[Paragraph]]:
    grey = replace(styles.BODY, colour=COLOURS.muted)
    return (para(label, style=grey, where="a label"),), (para(*text, where=f"the field “{label}”"),)


def _treatment(review: Review) -> str:
    """FLOT (perioperative) q14d · cycle 3 of 4 given (C3 +6 d, 80 %)."""
    case = review.history.case
    length = case.cycle_length or (review.regimen.cycle_length if review.regimen else None)
    text = (case.regimen or "regimen not recorded") + (f" q{length}d" if length else "")
    text += f" · {progress(review).words}"
    changes = []
    for cycle in review.cycles:
        parts = [f"+{cycle.delay_days} d"] if cycle.delay_days else []
        parts += [f"{plain(cycle.dose_pct)} %"] if cycle.dose_pct is not None and cycle.dose_pct != 100 else []
        parts += ["cancelled"] if cycle.cancelled else []
        changes += [f"C{cycle.number} {', '.join(parts)}"] if parts else []
    return text + (f" ({'; '.join(changes)})" if changes else "")


def _recorded(review: Review, prefixes: tuple[str, ...]) -> str:
    """The latest of each standing fact in the order of the catalogue, with the day it was recorded."""
    latest = {row.analyte: row for row in review.history.observations}
    rows = [(analyte.name, row) for key, analyte in review.catalog.analytes.items() if analyte.stable and key.startswith(prefixes) and (row := latest.get(key)) is not None]
    text = ""
    for place, (name, row) in enumerate(rows):
        text += (" · " if place else "") + f"{name} {row.value}"
        if place + 1 == len(rows) or rows[place + 1][1].date != row.date:
            text += f" ({wording.day(row.date) if row.date else row.partial_date or 'undated'})"
    return text


@dataclass(frozen=True, slots=True)
class _Box:
    """One answer: the severity of the flag behind it, and label, value and note."""

    severity: str | None
    parts: Sequence[Paragraph]

    def height(self, width: float) -> float:
        """Points that its text needs."""
        return sum(part.height(width) for part in self.parts)


def _answer(answer: Answer) -> _Box:
    label = para(answer.label, style=replace(styles.FINE_PRINT, leading=9), where="an answer")
    value = para(strong(answer.value), f" {answer.extra}" if answer.extra else "", style=styles.LARGE, where=answer.label)
    return _Box(answer.severity, (label, value, para(answer.note, style=styles.SMALL, where=answer.label)))


def _print_answers(pages: Pages, boxes: Sequence[_Box]) -> None:
    """Side by side, of one height, with the shape of the flag behind each."""
    if not boxes:
        return
    apart = 6.0
    wide = (pages.width - apart * (len(boxes) - 1)) / len(boxes)
    inner = wide - 13
    high = max(box.height(inner) for box in boxes) + 10
    pages.need(high)
    for place, box in enumerate(boxes):
        x, y = pages.left + place * (wide + apart), pages.y + 4
        pages.pen.box(x, pages.y, wide, high, stroke=COLOURS.edge, stroke_width=0.6, radius=3)
        for part in box.parts:
            pages.pen.lines(x + 7, y, part.lines(inner), part.style)
            y += part.height(inner)
        if box.severity in SEVERITIES:
            Symbol(box.severity).draw(pages.pen, x + wide - 14, pages.y + 4, 9)
    pages.y += high
    pages.gap(8)


def _least(model: ChartModel, zoom: float) -> float:
    """The lowest that the chart is drawn: as a screen needs it, and somewhat less where type is small to save room."""
    return min(1.0, 0.82 + 0.9 * (zoom - _SMALLEST)) * least_height(model, _CHART_TYPE) if model.panels else 20.0


def _print_chart(pages: Pages, model: ChartModel, least: float, below: float) -> None:
    """As high as the page allows with what follows still on it."""
    if not model.panels:
        pages.paragraph(para("Nothing that can be drawn was recorded.", where="the chart"))
        return
    high = min(max(least, pages.room - below), 1.25 * least_height(model, _CHART_TYPE), pages.bottom - 80)
    pages.chart(drawing.draw(lay_out(model, pages.width, high, "paper", drawing.measure, _CHART_TYPE, True)))


def _typed(history: History, question: str) -> Iterator[tuple[str, str]]:
    """Every text that somebody typed and that is printed in any case: the field, and the text."""
    case = history.case
    yield from (("diagnosis", case.diagnosis or ""), ("stage", case.stage or ""), ("regimen", case.regimen or ""), ("question", question))
    yield from (("lesion label", lesion.label) for lesion in history.lesions)
    yield from (("name of a visit", visit.name) for visit in history.visits)


def _recorded_texts(history: History) -> Iterator[tuple[str, str]]:
    """Texts of the observations that a page may print."""
    for row in history.observations:
        yield f"record of {row.analyte}", " ".join(part for part in (row.code, row.method, row.reader) if part)


def _names(text: str, patient: Patient) -> bool:
    """The text holds the record number, the birth date or every word of the name."""
    words = set(_WORDS.findall(text.casefold()))
    name, mrn = (patient.name or "").casefold(), (patient.mrn or "").casefold()
    told = any(len(known) >= _SHORTEST and (parts := set(_WORDS.findall(known))) and parts <= words for known in (name, mrn))
    return told or (patient.birth_date is not None and patient.birth_date.isoformat() in text)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _as_of(review: Review) -> str:
    return f"Data as of {wording.day(review.as_of)}" if review.as_of else "Data without a date"


__all__ = ["WATERMARK", "build", "write"]
