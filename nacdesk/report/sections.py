"""The sections of a handout: flags, measurements, options, decision, basis and sources.

Each is made once from the review, and can then be measured and printed on pages of any size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nacdesk.charts.model import Table
from nacdesk.domain import wording
from nacdesk.domain.explain import GRADES, STANDING, series_name, thresholds
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Flag, MatchedOption, Review
from nacdesk.domain.rules import Catalog, Option, Rule, RuleResult, Severity, Source, Status
from nacdesk.report import styles
from nacdesk.report.pages import Column, Grid, Pages, Row, Symbol, column
from nacdesk.report.styles import COLOURS, Paragraph, Run, para, strong

SEVERITY_WORDS: Mapping[Severity, str] = {"alert": "alert", "watch": "watch", "info": "note"}
STATUS_WORDS: Mapping[Status, str] = {**STANDING, "published": ""}
_GRADES = "; ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items() if grade in "ABCD") + "."
_PREFIX = "Option to discuss: "
_TICKS = ("Discussed", "Preferred", "Not suitable")


@dataclass(slots=True)
class Citations:
    """The numbers of the sources, in the order of their first mention, and what each is cited for."""

    catalog: Catalog
    claims: dict[str, list[str]] = field(default_factory=dict)

    def rule(self, rule: Rule) -> str:
        """ " [1, 4]" for the sources of a rule, "" of a site's own that names none."""
        return self._cite(rule.sources, f"{rule.id} ({rule.grade})")

    def option(self, option: Option) -> str:
        """ " [2]" for the sources of an option."""
        return self._cite(option.sources, option.id)

    def _cite(self, keys: Sequence[str], claim: str) -> str:
        for key in keys:
            self.claims.setdefault(key, []).append(claim)
        order = list(self.claims)
        return f" [{', '.join(str(number) for number in sorted(order.index(key) + 1 for key in keys))}]" if keys else ""


@dataclass(frozen=True, slots=True)
class Flags:
    """The met criteria with their basis, and below them what could not be judged and what is not met."""

    grid: Grid
    notes: Sequence[Paragraph]

    @classmethod
    def of(cls, review: Review, citations: Citations) -> "Flags":
        """The flags of a review."""
        columns = (column("", 16), column("", 17), column("", 33), column("Flag", 118), column("Basis"), column("Rule, evidence grade, sources", 174))
        notes = [] if review.flags else [_no_flag(review)]
        if review.cannot:
            notes.append(_said("Not evaluable", _grouped((result.reason or "", _named(result, review.catalog)) for result in review.cannot)))
        if review.clear:
            notes.append(_said("Not met", "; ".join(_named(result, review.catalog) for result in review.clear) + "."))
        if off := [rule for rule in review.catalog.rules.values() if rule.off]:
            notes.append(_said("Switched off by this site, not judged", "; ".join(f"{rule.name} {rule.id}" for rule in off) + "."))
        notes.append(_said("Criteria met of those that could be judged", _tally(review)))
        doubts = [*review.warnings, *(f"{visit.visit.name}: {warning}." for visit in review.visits for warning in visit.warnings)]
        doubts += [note.sentence for note in review.reader_notes if note.about in ("course", "response")]
        if doubts:
            notes.append(_said("To check", " ".join(doubts)))
        of_safety = [review.catalog.rules[flag.result.rule].of_safety for flag in review.flags]
        rows = [_flag(flag, review.catalog, citations) for flag in review.flags]
        if any(of_safety):
            rows.insert(of_safety.index(True), _between("Safety and fitness"))
        return cls(Grid(columns, rows), notes)

    def height(self, pages: Pages) -> float:
        """Points it needs on one page."""
        grid = pages.height(self.grid) if self.grid.rows else 0.0
        return styles.HEADING.leading + 1 + grid + sum(note.height(pages.width) + 3 for note in self.notes)

    def print(self, pages: Pages) -> None:
        """With its heading."""
        pages.heading("Flags")
        if self.grid.rows:
            pages.grid(self.grid)
        for note in self.notes:
            pages.gap(3)
            pages.paragraph(note)


@dataclass(frozen=True, slots=True)
class Measurements:
    """The table beside the chart, and what was noted with its values."""

    heads: Sequence[Paragraph]
    widths: Sequence[float]
    cells: Sequence[Sequence[Paragraph]]
    notes: Sequence[Paragraph]

    @classmethod
    def of(cls, table: Table, notes: Sequence[str], observations: Iterable[Observation], catalog: Catalog) -> "Measurements":
        """The rows of a chart's table; observations give the notes to print, none where they may not be shown."""
        cells = [[_value(text, title) for text, title in zip(row, table.head, strict=True)] for row in table.rows]
        heads = [para(strong(title), style=styles.FINE_PRINT, where="the measurements") for title in table.head]
        widths = [max([min(head.width, 80), *(min(row[place].width, 120) for row in cells)]) + 10 for place, head in enumerate(heads)]
        below = [para(" ".join(notes), style=styles.FINE_PRINT, where="the measurements")] if cells and notes else []
        said = [f"{catalog.analytes[row.analyte].name}{f' of {row.lesion}' if row.lesion else ''}, {_when(row)}: {row.note}" for row in observations if row.note]
        if said:
            below.append(para(strong("Notes: "), "; ".join(said) + ".", style=styles.FINE_PRINT, where="a note"))
        return cls(heads, widths, cells, below)

    def height(self, pages: Pages) -> float:
        """Points it needs on one page."""
        grids = sum(pages.height(grid) + 4 for grid in self._grids(pages.width))
        return styles.HEADING.leading + 7 + grids + sum(note.height(pages.width) for note in self.notes)

    def print(self, pages: Pages) -> None:
        """With its heading."""
        if not self.cells and not self.notes:
            return
        pages.gap(6)
        pages.heading("Measurements")
        for grid in self._grids(pages.width):
            pages.grid(grid)
            pages.gap(4)
        for note in self.notes:
            pages.paragraph(note)

    def _grids(self, width: float) -> Iterable[Grid]:
        """Columns that find no room go on in another grid, with the time points repeated."""
        kept, start = 2, 2
        while self.cells and start < len(self.widths):
            end, used = start, sum(self.widths[:kept])
            while end < len(self.widths) and (end == start or used + self.widths[end] <= width):
                used += self.widths[end]
                end += 1
            chosen = [*range(kept), *range(start, end)]
            spare = (width - used) / len(chosen) if len(chosen) == len(self.widths) else 0.0
            yield Grid([Column(self.heads[place], self.widths[place] + spare) for place in chosen], [[(row[place],) for place in chosen] for row in self.cells])
            start = end


@dataclass(frozen=True, slots=True)
class Options:
    """What the board may discuss: matched options with boxes to tick, and the others with their reasons."""

    scope: Paragraph
    grid: Grid
    others: Paragraph | None

    @classmethod
    def of(cls, review: Review, citations: Citations) -> "Options":
        """The options of a review, in the order of the catalogue."""
        context = review.catalog.contexts.get(review.history.case.context or "")
        scope = f"General options and those for {context.label}" if context else "General options only: the tumour context is not recorded"
        intro = f"{scope}; in the order of the catalogue, not ranked, none preselected. {review.catalog.evidence_note}"
        ticks = (column(title, 36, centred=True) for title in _TICKS)
        columns = (column("Option, kind and evidence", 176), column("What it is, why it is listed, what it costs"), *ticks)
        box = (Symbol("tick"),)
        rows = [(_title(row, citations), (_reasons(row),), box, box, box) for row in review.options if row.group == "matched"]
        others = [(_lacking(row), row.option.name) for row in review.options if row.group != "matched"]
        return cls(
            para(intro, style=styles.FINE_PRINT, where="the evidence note"),
            Grid(columns, rows),
            _said("Not met or not recorded", _grouped(others)) if others else None,
        )

    def height(self, pages: Pages) -> float:
        """Points it needs on one page."""
        texts = [self.scope] if self.others is None else [self.scope, self.others]
        return pages.height(self.grid) + sum(text.height(pages.width) for text in texts) + 4

    def print(self, pages: Pages) -> None:
        """Under the title of its page."""
        pages.paragraph(self.scope)
        if self.grid.rows:
            pages.grid(self.grid)
        else:
            pages.paragraph(para("No option of the catalogue has all its prerequisites met and recorded.", where="the options"))
        if self.others is not None:
            pages.gap(4)
            pages.paragraph(self.others)


@dataclass(frozen=True, slots=True)
class Reference:
    """Small print under a heading."""

    heading: str
    text: Paragraph

    @classmethod
    def basis(cls, review: Review) -> "Reference":
        """Which baseline, reader and thresholds were used."""
        overrides = review.catalog.overrides
        parts = (
            *_entry("Intended use", " ".join(review.catalog.intended_use.sentences)),
            *_entry("Baseline", _grouped((text, series_name(key, review.catalog)) for key, text in review.baseline.items()) if review.baseline else "none recorded."),
            *_entry(*_readers(review)),
            *_entry("Thresholds in force", _thresholds(review)),
            *_entry("Changed by this site", " ".join(overrides) or "nothing."),
            *_entry("Evidence grades", _GRADES),
        )
        return cls("How this was judged", para(*parts, style=styles.FINE_PRINT, where="the basis"))

    @classmethod
    def sources(cls, citations: Citations) -> "Reference":
        """Every source that was cited, and for what."""
        parts: list[str | Run] = ["Behind each the rules, with their evidence grade, and the options that it is cited for.  "]
        for number, (key, claims) in enumerate(citations.claims.items(), start=1):
            parts += [strong(f"[{number}] ", COLOURS.ink), f"{_source(citations.catalog.sources[key])} {', '.join(claims)}.  "]
        return cls("Sources", para(*parts, style=styles.FINE_PRINT, where="the sources"))

    def height(self, pages: Pages) -> float:
        """Points it needs on one page."""
        return styles.HEADING.leading + 7 + self.text.height(pages.width)

    def print(self, pages: Pages) -> None:
        """With its heading."""
        pages.gap(6)
        pages.heading(self.heading)
        pages.paragraph(self.text)


def print_decision(pages: Pages) -> None:
    """Room for the pen."""
    pages.gap(6)
    pages.heading("Decision of the board", keep=66)
    pages.blanks(3, 15, ("Responsible", "Next review", "Signature"))


def _said(label: str, text: str) -> Paragraph:
    return para(strong(f"{label}: "), text, style=styles.SMALL, where=f"the list “{label.lower()}”")


def _entry(label: str, text: str) -> tuple[Run, str]:
    return strong(f"{label}: "), f"{text} "


def _grouped(pairs: Iterable[tuple[str, str]]) -> str:
    """Names (why), what has the same reason said together."""
    names: dict[str, list[str]] = {}
    for why, name in pairs:
        names.setdefault(why, []).append(name)
    return "; ".join(f"{', '.join(several)} ({why})" for why, several in names.items()) + "."


def _named(result: RuleResult, catalog: Catalog) -> str:
    rule = catalog.rules[result.rule]
    return f"{rule.name} {rule.id}{f' ({rule.mark})' if rule.mark else ''}"


def _flag(flag: Flag, catalog: Catalog, citations: Citations) -> Row:
    result, rule = flag.result, catalog.rules[flag.result.rule]
    colour = COLOURS.text(result.severity)
    formula = Run(f"  {result.formula}", colour=COLOURS.muted) if result.formula else ""
    standing = [para(text, style=styles.FINE_PRINT, where=rule.id) for text in dict.fromkeys((STATUS_WORDS[rule.status], rule.mark)) if text]
    return (
        (para(strong(str(flag.number), colour), where="a flag"),),
        (Symbol(result.severity),),
        (para(Run(SEVERITY_WORDS[result.severity], colour=colour), where=rule.id),),
        (para(strong(rule.name), where=rule.id),),
        (para(result.sentence, formula, where=rule.id),),
        (para(strong(rule.id), f" · grade {rule.grade}{citations.rule(rule)}", where=rule.id), *standing),
    )


def _between(title: str) -> Row:
    """A line that heads the rows below it."""
    return ((), (), (), (para(strong(title), where="the flags"),), (), ())


def _no_flag(review: Review) -> Paragraph:
    """No flag is never the same as not judged (hazard H18)."""
    if not review.clear:
        return para(strong("No criterion could be judged. "), "This is not the absence of resistance: what is missing is named below.", where="the flags")
    judged = "1 criterion" if len(review.clear) == 1 else f"{len(review.clear)} criteria"
    rest = f"; {len(review.cannot)} could not be judged" if review.cannot else ""
    off = sum(1 for rule in review.catalog.rules.values() if rule.off)
    rest += f"; {off} switched off by this site" if off else ""
    return para(strong("No criterion met "), f"of {judged} that could be judged{rest}.", where="the flags")


def _tally(review: Review) -> str:
    parts = [f"{domain} {tally.met} of {tally.evaluable}" + (f" ({tally.not_evaluable} not evaluable)" if tally.not_evaluable else "") for domain, tally in review.tally.items()]
    band = f"{review.band}; a reading aid, not a probability" if review.band else review.catalog.rules["SCO-02"].mark or "not judged"
    return f"{', '.join(parts) or 'none'}. Concern: {band}."


def _value(text: str, title: str) -> Paragraph:
    return para(strong(text) if title.startswith("Sum") else text, style=styles.SMALL, where="the measurements")


def _when(row: Observation) -> str:
    return wording.day(row.date) if row.date else row.partial_date or "undated"


def _title(row: MatchedOption, citations: Citations) -> Sequence[Paragraph]:
    option = row.option
    escat = "" if option.escat in ("", "n/a") else f"; ESCAT {option.escat}"
    kind = f"{option.category.replace('_', ' ').capitalize()} · {option.id} · {option.evidence_level}{escat}{citations.option(option)}"
    lines = [para(strong(option.name), where=option.id), para(kind, style=styles.MUTED, where=option.id)]
    if option.investigational_only:
        lines.append(para(strong("Investigational: trial setting only", COLOURS.watch), style=styles.SMALL, where=option.id))
    return lines


def _reasons(row: MatchedOption) -> Paragraph:
    option = row.option
    said = option.wording.removeprefix(_PREFIX)
    parts: list[str | Run] = [said[:1].upper() + said[1:]]
    groups = (
        ("Met: ", COLOURS.fine, [check.text for check in row.prerequisites if check.state == "met"]),
        ("Caution: ", COLOURS.watch, [f"{check.text} ({check.condition.note})" if check.condition.note else check.text for check in row.cautions if check.state == "applies"]),
        ("Cautions not recorded: ", COLOURS.watch, [check.text.removesuffix(" not recorded") for check in row.cautions if check.state == "not recorded"]),
        ("No caution from: ", COLOURS.fine, [check.text for check in row.cautions if check.state == "clear"]),
    )
    for label, colour, texts in groups:
        if texts:
            parts += [" ", strong(label, colour), "; ".join(texts) + "."]
    if option.checklist:
        parts += [" ", strong("Checklist: "), "; ".join(f"☐ {item}" for item in option.checklist) + "."]
    return para(*parts, " ", strong("Trade-offs: "), option.trade_offs, style=styles.SMALL, where=option.id)


def _lacking(row: MatchedOption) -> str:
    return "; ".join(check.text if check.state == "not recorded" else f"{check.text}: {check.state}" for check in row.prerequisites if check.state != "met")


def _readers(review: Review) -> tuple[str, str]:
    """Who measured; of several, by how much their sums and how many single values differ."""
    values = [note.sentence for note in review.reader_notes if note.about == "value"]
    if not review.readers:
        names = sorted({visit.reader for visit in review.visits if visit.reader})
        return "Reader", " ".join((f"{wording.joined(names) if names else 'not recorded'}.", *values))
    names = [one.reader for one in review.readers]
    parts = [f"{wording.joined(names)}, each judged by the own readings; what is accepted counts."]
    parts += [note.sentence for note in review.reader_notes if note.about == "sum"]
    if values:
        parts.append(f"{wording.counted(len(values), 'single value')} read unlike; the screen lists them.")
    return "Readers", " ".join(parts)


def _thresholds(review: Review) -> str:
    """Of every rule that was judged, as the catalogue and the site set them."""
    rules = review.catalog.rules
    judged = [rules[key] for key, result in review.latest.items() if result.state in ("met", "not_met") and rules[key].thresholds]
    return "; ".join(f"{rule.id} {', '.join(thresholds(rule))}" for rule in judged) + "." if judged else "none was applied."


def _source(source: Source) -> str:
    """Short enough for paper: the first author, title, journal and year; an unreviewed one says so."""
    first, _, others = source.authors.partition(",")
    where = f"{source.journal}, {source.year}" if source.year else source.journal
    text = ". ".join(part.rstrip(".") for part in (f"{first} et al" if others else first, source.title, where) if part) + "."
    return text + (" Unreviewed article." if source.status == "unreviewed" and "unreviewed" not in text.casefold() else "")
