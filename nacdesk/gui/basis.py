"""What a flag rests on, in words: formula, inputs with dates, threshold, sources, grade, and what the rule is not."""

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import RuleResult
from nacdesk.gui.theme import Look, coloured, rich

STATUS_WORDS = {
    "published": "published",
    "project_convention": "convention of this project",
    "unreviewed": "unreviewed: widely quoted, no primary source found",
}


def basis_of(result: RuleResult, review: Review, look: Look) -> str:
    """The basis of one result as markup; all text from data and catalogue is escaped."""
    rule = review.catalog.rules[result.rule]
    inputs = [seen for key in result.evidence if (seen := review.observation(key)) is not None]
    parts = [
        ("Formula", rich(result.formula)),
        ("Inputs", "<br>".join(rich(fact_line(row, review)) for row in inputs)),
        ("Baseline", "<br>".join(rich(text) for text in _baselines(inputs, review))),
        ("The rule", rich(f"{rule.says} Boundary: {rule.boundary}.")),
        ("Needs", rich(rule.minimum_data)),
        ("Evidence", rich(f"grade {rule.grade}; {STATUS_WORDS[rule.status]}")),
        ("Sources", "<br>".join(rich(review.catalog.sources[key].citation) for key in rule.sources)),
        ("What it is not", rich(rule.is_not)),
    ]
    return section_list(parts, look)


def _baselines(inputs: list[Observation], review: Review) -> list[str]:
    """Which baseline the inputs were compared with, one line a series."""
    keys = dict.fromkeys("size" if row.analyte.startswith("size.") else "suv" if row.analyte == "pet.suvmax" else row.analyte for row in inputs)
    return [review.baseline[key] for key in keys if key in review.baseline]


def section_list(parts: list[tuple[str, str]], look: Look) -> str:
    """Titled paragraphs; those without text are left out."""
    style = f"margin: 0 0 {look.px(6)}px 0; font-size: {look.px(12)}px"
    return "".join(f'<p style="{style}">{coloured(title, look.colours.muted, bold=True)}<br>{text}</p>' for title, text in parts if text)


def fact_line(row: Observation, review: Review) -> str:
    """One recorded fact: "28 Aug 2026 · baseline · primary · Longest diameter 31 mm (CT, reader A)"."""
    visit = next((visit for visit in review.history.visits if visit.id == row.visit), None)
    when = wording.day(row.date) if row.date else row.partial_date or "no date"
    analyte = review.catalog.analytes.get(row.analyte)
    value = str(row.value).replace(" ", "\u00a0")  # a number and its unit stay on one line
    how = ", ".join(part for part in (row.method, f"reader {row.reader}" if row.reader else None, "accepted" if row.accepted else None) if part)
    parts = [when, visit.name if visit else "", row.lesion or "", f"{analyte.name if analyte else row.analyte} {value}"]
    return " · ".join(part for part in parts if part) + (f" ({how})" if how else "")
