"""The pages of the catalogue: one for everything in it, each link leads somewhere and back, every word can be read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from nacdesk.domain.explain import Part, about
from nacdesk.domain.reference import INTENDED_USE, KINDS, READING, Page, find, pages
from tests.domain.cases import catalog
from tests.domain.proofread import FORBIDDEN, HYPHEN_FOR_MINUS, SLIPS

MADE = pages(catalog())
BY_ID = {page.id: page for page in MADE}
MECHANISMS = {"efflux", "dna_repair", "target_amplification", "target_change", "barrier", "metabolism", "heterogeneity", "bypass"}


def heading(page: Page, name: str) -> Part:
    return next(part for part in page.parts if part.heading == name)


def test_everything_in_the_catalogue_has_one_page() -> None:
    rules = catalog()
    wanted = {
        "Intended use": {INTENDED_USE, READING},
        "Rules": set(rules.rules),
        "Options": {option.id for option in rules.options},
        "Regimens": set(rules.regimens and {regimen.name for regimen in rules.regimens}),
        "Mechanism notes": MECHANISMS,
        "Quoted claims": {f"SC-{number:02}" for number in range(1, 17)},
        "Sources": set(rules.sources),
    }
    for kind in KINDS:
        assert {page.id for page in MADE if page.kind == kind} == wanted[kind]
    assert max(Counter(page.id for page in MADE).values()) == 1
    assert [page.kind for page in MADE] == sorted((page.kind for page in MADE), key=KINDS.index)


def test_every_link_leads_to_a_page_and_back() -> None:
    for page in MADE:
        assert page.id not in page.see
        for part in page.parts:
            assert part.lines, f"{page.id}, {part.heading}"
            assert not part.to or len(part.to) == len(part.lines), f"{page.id}, {part.heading}"
        for key in page.see:
            assert page.id in BY_ID[key].see, f"{page.id} leads to {key}, which does not lead back"
    alone = [page.id for page in MADE if not page.see and page.kind != "Intended use"]
    assert alone == []


def test_a_rule_leads_to_its_sources_and_a_source_to_what_rests_on_it() -> None:
    rules = catalog()
    for key, rule in rules.rules.items():
        assert set(rule.sources) <= set(BY_ID[key].see)
        assert BY_ID[key].parts[: len(about(rule, rules))] == about(rule, rules)
    for source in rules.sources.values():
        cited = {rule.id for rule in rules.rules.values() if source.key in rule.sources} | {option.id for option in rules.options if source.key in option.sources}
        assert cited <= set(BY_ID[source.key].see)
        assert heading(BY_ID[source.key], "Citation").lines == (source.citation,)
    assert "SC-01" in BY_ID["NAC-01"].see
    assert {"kwee10", "interimpet21", "chu18", "SC-08"} <= set(BY_ID["SCO-03"].see)


def test_an_option_says_what_it_asks_for() -> None:
    for option in catalog().options:
        page = BY_ID[option.id]
        assert heading(page, "What it is").lines == (option.wording,)
        assert heading(page, "Trade-offs").lines == (option.trade_offs,)
        assert len(heading(page, "Cautions").lines) == max(1, len(option.cautions))
        assert any(part.heading == "Investigational" for part in page.parts) == option.investigational_only
        assert all(note in page.text for one in (*option.prerequisites, *option.cautions) if (note := one.note))
    assert "Platelets < 50 10^9/L." in heading(BY_ID["GEN-02"], "Cautions").lines


def test_the_intended_use_is_said_whole() -> None:
    rules = catalog()
    text = BY_ID[INTENDED_USE].text
    use = rules.intended_use
    assert use.purpose
    assert use.users
    assert use.limits
    for sentence in (*use.sentences, rules.statement, rules.digest):
        assert sentence in text
    assert "Rule set not clinically reviewed." in text
    for word in ("diagnosis", "treatment advice", "real time", "measures nothing", "a person decides"):
        assert word in " ".join(use.sentences), word


def test_the_changes_of_a_site_lead_to_their_rules() -> None:
    shipped = catalog()
    sentence = "Threshold decrease_pct 10 → 15, changed by this site: our audit."
    rules = {**shipped.rules, "NAC-01": replace(shipped.rules["NAC-01"], changed=sentence)}
    made = {page.id: page for page in pages(replace(shipped, rules=rules, overrides=(f"NAC-01: {sentence}",)))}
    assert heading(made[INTENDED_USE], "Changed by this site") == Part("Changed by this site", (f"NAC-01: {sentence}",), ("NAC-01",))
    assert made["NAC-01"].parts[0].lines == (sentence,)
    assert heading(BY_ID[INTENDED_USE], "Changed by this site").lines == ("Nothing.",)


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_can_be_read(kind: str) -> None:
    for page in MADE:
        if page.kind != kind:
            continue
        assert page.title
        for part in page.parts:
            for line in part.lines:
                assert line.strip() == line
                assert line, page.id
                assert FORBIDDEN.search(line.removeprefix("None")) is None, f"{page.id}: {line}"  # an English word where a sentence begins
                if part.heading != "Citation" and not part.to:  # titles and identifiers of publications are not ours
                    for fault in (HYPHEN_FOR_MINUS, SLIPS):
                        assert fault.search(line) is None, f"{page.id}: {fault.search(line)} in {line}"
                    assert line.endswith((".", ",")), f"{page.id}, {part.heading}: {line}"


@pytest.mark.parametrize(("text", "first"), [
    ("persistent suv", "NAC-02"), ("NAC-05", "NAC-05"), ("hydroxychloroquine", "GEN-09"), ("BLOOD-brain", "barrier"), ("eisenhauer recist", "recist11"),
    ("intended", INTENDED_USE), ("mandard 1994", "mandard94"),
])  # fmt: skip
def test_a_search_finds_titles_first(text: str, first: str) -> None:
    found = find(MADE, text)
    assert found[0].id == first
    for page in found:
        assert all(word in f"{page.id} {page.text}".casefold() for word in text.casefold().split())


def test_a_search_needs_every_word() -> None:
    both, one = find(MADE, "suv above"), find(MADE, "suv")
    assert set(ids(both)) < set(ids(one))
    assert ids(find(MADE, "above suv")) == ids(both)
    assert find(MADE, "no such word anywhere") == ()
    assert find(MADE, "  ") == MADE
    inside = find(MADE, "tamoxifen blood-brain zebra")
    assert inside == ()


def test_a_word_of_the_text_is_found_after_those_of_titles() -> None:
    found = find(MADE, "osteosarcoma")
    titled = ["osteosarcoma" in f"{page.id} {page.title}".casefold() for page in found]
    assert True in titled
    assert False in titled
    assert titled == sorted(titled, reverse=True)


def ids(found: Sequence[Page]) -> list[str]:
    return [page.id for page in found]
