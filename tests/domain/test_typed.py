"""One typed cell: right or refused, never wrong (H05, H06, H11, H12)."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nacdesk.domain.facts import Lesion
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.typed import Blank, Column, Details, Value, bound, parse, typed, written
from nacdesk.errors import UserError
from tests.domain.cases import catalog


def column(analyte: str = "size.diameter", limit: str = "", node: bool = False) -> Column:
    """A column as the sheet makes it."""
    entry = catalog().analytes[analyte]
    lesion = Lesion("primary", "node" if node else "mass") if entry.per_lesion == "yes" else None
    return Column(entry, lesion, entry.name, entry.unit, "", Details(limit=limit))


def value(text: str, analyte: str = "size.diameter", limit: str = "", **more: object) -> Quantity | str:
    """What a text means."""
    found = typed(text, column(analyte, limit), catalog(), **more)  # type: ignore[arg-type]  # unit and comma only
    assert isinstance(found, Value)
    return found.value


SIZE, CEA, VAF, ANC, HEIGHT, HB, ADC = "size.diameter", "marker.cea", "ctdna.vaf", "labs.anc_e9_l", "patient.height_cm", "labs.hb_g_dl", "mri.adc"

# Where it is written so, in which column: each text with its value in the column's unit, or None for refused.
FORMS: list[tuple[str, str, dict[str, str | None]]] = [
    ("en", SIZE, {"41.5": "41.5", " 41.5 ": "41.5", "41.50": "41.50", "41.5 mm": "41.5", "41.5mm": "41.5", "4.15 cm": "41.5", "4.15 CM": "41.5", "0041": "41", "4.15e1": "41.5"}),
    ("en", SIZE, dict.fromkeys(["1,234", "4.1 x 3.2 cm", "4.1 in"])),
    ("en", CEA, {"1234.5": "1234.5", "5 ug/L": "5", "5 µg/L": "5", "5 μg/l": "5"}),
    ("en", CEA, dict.fromkeys(["1,234.5", "12 345", "1,234,567", ".5", "5.", "+5", "-5", "5e", "5e400", "4.1.2", "4..1"])),
    ("en", CEA, dict.fromkeys(["1/2", "4-5", "~5", "5?", "NaN", "inf", "0x10", "5 mg/L", "O.5", "l0", "5\t6"])),
    ("en", CEA, dict.fromkeys(["5\n6", "5\u200b6", "\u202e56"])),
    ("en", ANC, {"1.1 10^3/uL": "1.1", "1 10³/µL": "1", "1100 /uL": "1.100"}),
    ("en", ANC, dict.fromkeys(["1 103/uL", "1 100/uL", "1 109/L"])),
    ("en", ADC, {"1.1 1e-3 mm2/s": "1100", "1100 10^-6 mm2/s": "1100"}),
    ("en", HB, {"132 g/L": "13.2"}),
    ("en", HEIGHT, {"1.75 m": "175"}),
    ("en", HEIGHT, dict.fromkeys(["5'11"])),
    ("de", SIZE, {"41,5": "41.5", "4,15 cm": "41.5"}),
    ("de", CEA, {"1234,5": "1234.5", "0,345": "0.345", "1,2345": "1.2345", "<0,5": "<0.5", "< 0,5 ng/ml": "<0.5"}),
    ("de", CEA, dict.fromkeys(["1.234,5", "00,345", "12,345", "1234,567"])),
    ("de-CH", CEA, dict.fromkeys(["1'234", "1’234.5"])),
    ("fr", SIZE, {"41,5\u00a0mm": "41.5", "41,5\u202fmm": "41.5"}),
    ("fr", CEA, dict.fromkeys(["1\u202f234,5", "1\u00a0234"])),
    ("fr", VAF, {"0,5\u00a0%": "0.5"}),
    ("es", CEA, {"12,5": "12.5"}),
    ("es", CEA, dict.fromkeys(["1.234.567,8", "5’3"])),
    ("es", VAF, {"0,02 %": "0.02"}),
    ("sv", CEA, {"12,5": "12.5"}),
    ("sv", CEA, dict.fromkeys(["1 234,5", "−5"])),
    ("sv", SIZE, {"4,0 cm": "40"}),
    ("ar", SIZE, dict.fromkeys(["٤١", "٤١٫٥"])),
    ("ar", CEA, dict.fromkeys(["١٬٢٣٤"])),
    ("fa", SIZE, dict.fromkeys(["۴۱", "۴۱/۵", "41٫5"])),
    ("ja", SIZE, dict.fromkeys(["４１", "41．5"])),
    ("hi", SIZE, dict.fromkeys(["४१"])),
    ("any", SIZE, dict.fromkeys(["½", "4²", "41 mm mm", "mm", "mm 41", "41 (MRI)", "501", "50.01 cm", "1234567890123"])),
    ("any", VAF, {"0.0004 fraction": "0.0400"}),
    ("any", VAF, dict.fromkeys(["≤0.02", "<=0.02", "<<1", "0", "0,0"])),
    ("any", CEA, {">1000": ">1000", "> 1000 ng/mL": ">1000"}),
]


def test_the_table_is_as_long_as_promised() -> None:
    assert sum(len(texts) for _, _, texts in FORMS) >= 60
    assert {locale.partition("-")[0] for locale, _, _ in FORMS} >= {"en", "de", "fr", "es", "sv", "ar", "fa"}


@pytest.mark.parametrize(("analyte", "text", "meant"), [(analyte, text, meant) for _, analyte, texts in FORMS for text, meant in texts.items()])
def test_H06_a_number_as_six_locales_write_it_is_right_or_refused(analyte: str, text: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(UserError) as refused:
            value(text, analyte)
        assert refused.value.sentence
        return
    found = value(text, analyte)
    assert isinstance(found, Quantity)
    assert found.comparator == (meant[0] if meant[0] in "<>" else "=")
    assert found.value == Decimal(meant.lstrip("<>"))
    assert found.unit == catalog().analytes[analyte].unit


@given(
    st.integers(0, 99_999),
    st.integers(0, 9_999),
    st.integers(0, 4),
    st.sampled_from(["", ".", ",", " ", "\u00a0", "\u202f", "'", "’", "٬"]),
    st.sampled_from([".", ","]),
    st.booleans(),
)
@example(1234, 0, 0, ".", ",", True)
@example(1234, 0, 0, ",", ".", False)
def test_H06_under_the_stated_decimal_sign_a_number_is_itself_or_refused(whole: int, part: int, places: int, group: str, sign: str, stated: bool) -> None:
    """`stated`: the whole paste says which sign it writes; else only ungrouped numbers are put to the test, for a lone point or comma is a decimal sign."""
    if group == sign:
        return
    digits = f"{whole:,}".replace(",", group) if stated else str(whole)
    fraction = f"{part:04d}"[:places]
    text = digits + (sign + fraction if fraction else "")
    number = Decimal(f"{whole}.{fraction or 0}")
    try:
        found = value(text, CEA, comma=sign == "," if stated else None)
    except UserError:
        return
    assert isinstance(found, Quantity)
    assert found.value == number


@given(st.text(alphabet="0123456789.,-−<>eE+ mcng/µLuND%\u00a0\u202f'٤５\t", max_size=14), st.sampled_from([SIZE, CEA, VAF]), st.sampled_from([None, True, False]))
@example("ND 1", VAF, None)
@example("1,234", CEA, True)
def test_H06_whatever_is_typed_is_refused_or_is_the_number_that_stands_there(text: str, analyte: str, comma: bool | None) -> None:
    entry = catalog().analytes[analyte]
    try:
        found = typed(text, column(analyte), catalog(), comma=comma)
    except UserError:
        return
    if isinstance(found, Blank):
        assert not text.strip()
        return
    if isinstance(found.value, str):
        assert found.value in entry.codes
        return
    plain = "".join(char for char in text.upper() if not char.isspace()).lstrip("<>ND").replace("−", "-").replace(",", ".")
    factor = 1
    for unit, times in (("MM", 1), ("CM", 10), ("NG/ML", 1), ("UG/L", 1), ("µG/L", 1), ("%", 1)):
        if plain.endswith(unit):
            plain, factor = plain.removesuffix(unit), times
            break
    written_there = found.value.limit if found.value.value is None else found.value.value
    assert written_there == Decimal(plain) * factor


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u202f "])
def test_H11_blank_is_nothing_and_never_a_number(text: str) -> None:
    assert typed(text, column(), catalog()) == Blank()
    assert typed(text, column("path.ypt"), catalog()) == Blank()


@pytest.mark.parametrize("text", ["-", "n/a", "nd", "NE?", "none", "not done", "?", "x"])
def test_H11_a_word_for_nothing_is_no_number(text: str) -> None:
    with pytest.raises(UserError):
        value(text, CEA)


@pytest.mark.parametrize("text", ["-", "N/A", "not done", "unknown", "NE"])
def test_H11_a_word_for_nothing_is_no_finding(text: str) -> None:
    with pytest.raises(UserError, match="nothing was recorded"):
        value(text, "path.ypt")
    assert value("ypT1c", "path.ypt") == "ypT1c"


@pytest.mark.parametrize(("text", "code"), [("ne", "NE"), ("Absent", "ABSENT"), ("tstm", "TSTM"), ("TSTM", "TSTM")])
def test_codes_are_typed_in_any_case(text: str, code: str) -> None:
    assert value(text) == code
    with pytest.raises(UserError):
        value(text if code != "NE" else "TSTM", CEA)


def test_codes_of_a_list() -> None:
    assert value("Equivocal", "lesion.new") == "equivocal"
    with pytest.raises(UserError, match="yes, no, equivocal"):
        value("perhaps", "lesion.new")


@pytest.mark.parametrize(("text", "limit"), [("ND", "0.02"), ("nd", "0,02"), ("ND 0.02", ""), ("ND 0,02 %", ""), ("ND 0.0002 fraction", "0.5"), ("ND", "0.02 %")])
def test_H12_not_detected_keeps_its_limit(text: str, limit: str) -> None:
    found = value(text, VAF, limit)
    assert found == Quantity(None, "%", "ND", Decimal("0.02"))


@pytest.mark.parametrize(("text", "analyte"), [("ND", VAF), ("ND <0.02", VAF), ("ND 0", VAF), ("ND x", VAF), ("ND 5", CEA), ("ND 0.02 mm", VAF), ("NDA", VAF), ("<ND", VAF)])
def test_H12_not_detected_without_its_limit_is_refused(text: str, analyte: str) -> None:
    with pytest.raises(UserError) as refused:
        value(text, analyte)
    if text == "ND":
        assert "ND 0.02 %" in refused.value.remedy


def test_H12_a_bound_stays_a_bound_and_takes_the_limit_of_its_column() -> None:
    assert value("<0.02", VAF, "0.01") == Quantity(Decimal("0.02"), "%", "<", Decimal("0.01"))
    assert value("0.4", VAF, "0.01") == Quantity(Decimal("0.4"), "%", "=", Decimal("0.01"))
    assert value("<0.02", VAF) == Quantity(Decimal("0.02"), "%", "<", None)


def test_H05_the_unit_is_typed_or_stated_and_kept_as_entered() -> None:
    found = typed("4,15 cm", column(), catalog())
    assert found == Value(Quantity(Decimal("41.50"), "mm"), "4,15 cm")
    assert typed("41.5", column(), catalog()) == Value(Quantity(Decimal("41.5"), "mm"), "41.5 mm")
    assert typed("4.15", column(), catalog(), unit="cm") == Value(Quantity(Decimal("41.50"), "mm"), "4.15 cm")
    assert typed("41.5 mm", column(), catalog(), unit="cm") == Value(Quantity(Decimal("41.5"), "mm"), "41.5 mm")
    assert typed("3", column("rcb.nodes_positive"), catalog()) == Value(Quantity(Decimal(3), ""), "3")


@pytest.mark.parametrize(
    ("text", "node", "asks"),
    [("2", False, False), ("1.9", False, True), ("300", False, False), ("300.1", False, True), ("100", True, False), ("100.1", True, True), ("31 cm", False, True)],
)
def test_H05_outside_the_usual_range_asks(text: str, node: bool, asks: bool) -> None:
    found = typed(text, column(node=node), catalog())
    assert isinstance(found, Value)
    assert bool(found.questions) is asks


def test_H05_what_no_tumour_can_be_is_refused_a_node_by_its_own_range() -> None:
    assert isinstance(typed("500", column(), catalog()), Value)
    for text, node in (("500.1", False), ("200.1", True)):
        with pytest.raises(UserError, match="outside what Tumour diameter can be"):
            typed(text, column(node=node), catalog())


def test_zero_millimetres_asks_and_is_kept_as_absent() -> None:
    assert typed("0", column(), catalog()) == Value("ABSENT", "0 mm", ("0 mm is kept as ABSENT (not visible)",))


def test_whole_numbers_and_what_is_worked_out() -> None:
    assert value("2,0", "rcb.nodes_positive") == Quantity(Decimal("2.0"), "")
    for text, analyte in (("2.5", "rcb.nodes_positive"), ("3", "labs.bilirubin_x_uln")):
        with pytest.raises(UserError):
            value(text, analyte)


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1,234", True, "1.234"),
        ("1.234", True, None),
        ("12.5", True, None),
        ("12,5", False, None),
        ("1.234", False, "1.234"),
        ("1,234", False, None),
        ("41", True, "41"),
        ("41", False, "41"),
    ],
)
def test_H06_a_paste_that_states_its_decimal_sign_keeps_to_it(text: str, comma: bool, number: str | None) -> None:
    if number is None:
        with pytest.raises(UserError, match="this block writes decimal"):
            value(text, CEA, comma=comma)
    else:
        assert value(text, CEA, comma=comma) == Quantity(Decimal(number), "ng/mL")


@pytest.mark.parametrize(("text", "number"), [("", None), ("35", "35"), ("35,5", "35.5"), ("35 kU/L", "35")])
def test_an_upper_limit_is_read_like_a_value(text: str, number: str | None) -> None:
    assert bound(text, column("marker.ca125"), "upper limit of normal") == (None if number is None else Decimal(number))


@pytest.mark.parametrize("text", ["0", "-1", "<35", "35 mm", "1,234", "abc"])
def test_an_upper_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        bound(text, column("marker.ca125"), "upper limit of normal")


@pytest.mark.parametrize(("text", "limit"), [("41.5", ""), ("<0.02", ""), (">10", ""), ("ND", "0.02"), ("NE", ""), ("0.00010", "0.01")])
def test_what_is_written_is_typed_again_as_the_same(text: str, limit: str) -> None:
    found = value(text, VAF, limit)
    assert value(written(found), VAF, limit) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,234", "1.234 or 1234"), ("1 234", "thousands separator"), ("٤١", "digits"), ("4.1.2", "more than one decimal sign"), ("≤5", "< or >"), ("5 mg", "ng/mL or ug/L"),
        ("abc", "41,5"), ("5\n6", "cannot be seen"), ("1234567890123", "more digits"),
    ],
)  # fmt: skip
def test_refusals_say_what_to_type_instead(text: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        value(text, CEA)
    assert words in str(refused.value)


def test_an_amount_is_read_apart() -> None:
    amount = parse("< 0,02 %")
    assert (amount.sign, amount.digits, amount.unit) == ("<", "0.02", "%")
