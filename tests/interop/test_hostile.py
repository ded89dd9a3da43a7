"""Hostile and broken files: each ends in problems, within seconds, and in nothing else (H32)."""

import io
import json
import random
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from nacdesk.domain.rules import Catalog
from nacdesk.interop import table, zipcheck
from nacdesk.interop.preview import ImportPreview
from nacdesk.interop.read import read

SECONDS = 5.0
CSV = (
    "case,visit,date,cycle,analyte,lesion,value,unit,note\n"
    "A-1,baseline,2026-01-05,0,size.diameter,primary,31.0,mm,\n"
    "A-1,C1,2026-01-06,,treatment.cycle,,1,,\n"
    "B-2,v,,0,marker.cea,,<5,ng/mL,“é”\n"
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
BOOK = f'<workbook {MAIN}><sheets><sheet name="one" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
CELLS = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("case", "visit", "analyte", "value"))
FACT = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("A-1", "v", "status.ecog", "1"))
SHEET = f"<worksheet {MAIN}><sheetData><row>{CELLS}</row><row>{FACT}</row></sheetData></worksheet>"


def xlsx(sheet: str | bytes = SHEET, *, book: str = BOOK, relations: str = RELATIONS, extra: dict[str, bytes] | None = None, leave_out: str = "") -> bytes:
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": relations,
        "xl/worksheets/sheet1.xml": sheet,
        **(extra or {}),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name != leave_out:
                archive.writestr(zipfile.ZipInfo(name) if name.startswith(("/", "..", "C:", "xl\\")) else name, content)
    return target.getvalue()


def sheet_of(inner: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{inner}</sheetData></worksheet>"


def loose(seed: int) -> bytes:
    """Two megabytes that pack to about a twentieth: no single part is suspicious."""
    chance = random.Random(seed)
    return b"".join(chance.randbytes(50).hex().encode() + b"x" * 900 for _ in range(2_000))


def lying(size: int) -> bytes:
    """A sheet whose zip entry tells of `size` bytes, with their checksum, while sixty megabytes are packed."""
    bomb = SHEET.encode() + b" " * 60_000_000
    data = bytearray(xlsx(bomb))
    told = zlib.crc32(bomb[:size]).to_bytes(4, "little"), size.to_bytes(4, "little")
    name = b"xl/worksheets/sheet1.xml"
    local, central = data.index(name) - 30, data.rindex(name) - 46
    for start, checksum, unpacked in ((local, 14, 22), (central, 16, 24)):
        data[start + checksum : start + checksum + 4], data[start + unpacked : start + unpacked + 4] = told
    return bytes(data)


DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
DEEP = 200_000

CORPUS: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (lambda: xlsx(SHEET + " " * 60_000_000), "packed too tightly"),
    "unpacked too large": (lambda: xlsx(extra={f"xl/p{number}.xml": loose(number) for number in range(30)}), "larger than 50 MB once unpacked"),
    "too many parts": (lambda: xlsx(extra={f"xl/p{number}.xml": b"<a/>" for number in range(120)}), "at most 100"),
    "absolute name": (lambda: xlsx(extra={"/etc/passwd.xml": b"<a/>"}), "points elsewhere"),
    "name above": (lambda: xlsx(extra={"../../evil.xml": b"<a/>"}), "points elsewhere"),
    "name of a drive": (lambda: xlsx(extra={"C:/evil.xml": b"<a/>"}), "points elsewhere"),
    "name with backslash": (lambda: xlsx(extra={"xl\\evil.xml": b"<a/>"}), "points elsewhere"),
    "macros": (lambda: xlsx(extra={"xl/vbaProject.bin": b"x"}), "macros"),
    "macro sheet": (lambda: xlsx(extra={"xl/macrosheets/sheet1.xml": b"<a/>"}), "macros"),
    "part twice": (lambda: xlsx(extra={"xl/Workbook.xml": BOOK.encode()}), "two parts of one name"),
    "document type": (lambda: xlsx(DOCTYPE + SHEET), "document type"),
    "document type in the strings": (lambda: xlsx(extra={"xl/sharedStrings.xml": (DOCTYPE + "<sst>&b;</sst>").encode()}), "document type"),
    "document type in UTF-16": (lambda: xlsx((DOCTYPE + SHEET).encode("utf-16")), "not UTF-8"),
    "deep nesting": (lambda: xlsx(sheet_of(f"<row>{''.join(f'<a{n}>' for n in range(DEEP))}{''.join(f'</a{n}>' for n in reversed(range(DEEP)))}</row>")), "is empty"),
    "broken markup": (lambda: xlsx(SHEET.replace("</row>", "", 1)), "damaged"),
    "no sheet": (lambda: xlsx(leave_out="xl/worksheets/sheet1.xml"), "not a table"),
    "no workbook": (lambda: xlsx(leave_out="xl/workbook.xml"), "not an Excel workbook"),
    "sheet elsewhere": (lambda: xlsx(relations=RELATIONS.replace("worksheets/sheet1.xml", "../../../etc/passwd")), "not a table"),
    "cell at the far corner": (lambda: xlsx(sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), "reaches to row 1048576"),
    "row at the far end": (lambda: xlsx(sheet_of('<row r="4294967290"><c><v>1</v></c></row>')), "reaches to row"),
    "row of no number": (lambda: xlsx(sheet_of(f'<row r="{"9" * 5000}"><c><v>1</v></c></row>')), "damaged"),
    "address of no cell": (lambda: xlsx(sheet_of('<row r="1"><c r="A-1"><v>1</v></c></row>')), "damaged"),
    "address hidden by a reference": (lambda: xlsx(sheet_of('<row r="1"><c r="XFD&#49;048576"><v>1</v></c></row>')), "reaches to row"),
    "formula hidden in a prefix": (lambda: xlsx(SHEET.replace("<is><t>1</t></is>", '<y:f xmlns:y="urn:y">1+1</y:f>')), "holds a formula"),
    "string that is not there": (lambda: xlsx(sheet_of('<row r="1"><c r="A1" t="s"><v>4000000000</v></c></row>')), ""),
    "many cells": (lambda: xlsx(sheet_of("<row>" + "<c><v>1</v></c>" * 2_000 + "</row>")), "at most 200000 rows and 1000 columns"),
    "zip inside a zip": (lambda: xlsx(extra={"xl/worksheets/sheet1.xml": xlsx()}), ""),
    "an executable before the zip": (lambda: b"MZ" + bytes(100) + xlsx(), "not an Excel file"),
    "a page before the zip": (lambda: b"<html><script>alert(1)</script>" + xlsx(), "not an Excel file"),
    "a PDF": (lambda: b"%PDF-1.7\n" + xlsx(), "not an Excel file"),
    "half a zip": (lambda: xlsx()[:400], "damaged"),
    "only the start of a zip": (lambda: b"PK\x03\x04", "damaged"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel file"),
    "empty": (lambda: b"", "not an Excel file"),
    "zeros": (lambda: bytes(1000), "not an Excel file"),
}  # fmt: skip


def timed(act: Callable[[], ImportPreview]) -> ImportPreview:
    start = time.perf_counter()
    found = act()
    assert time.perf_counter() - start < SECONDS
    return found


@pytest.mark.parametrize("name", CORPUS)
def test_H32_hostile_workbooks(load, tmp_path: Path, name: str) -> None:
    make, sentence = CORPUS[name]
    data = make()
    found = timed(lambda: load(data, "table.xlsx"))
    assert found.histories == ()
    assert sentence in str(found.problems[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.xlsx"], "nothing is unpacked beside the file"


def test_H32_the_plain_workbook_of_the_corpus_is_read(load) -> None:
    assert load(xlsx(), "table.xlsx").problems == ()


def test_H32_a_size_that_lies_unpacks_nothing_more(load) -> None:
    data = lying(len(SHEET))
    assert zipcheck.unpack(data)["xl/worksheets/sheet1.xml"] == SHEET.encode()
    assert timed(lambda: load(data, "table.xlsx")).histories == load(xlsx(), "table.xlsx").histories
    assert "damaged" in str(timed(lambda: load(lying(len(SHEET) - 1), "table.xlsx")).problems[0])


def test_H32_what_was_checked_is_what_is_read() -> None:
    parts = zipcheck.unpack(xlsx(extra={"docProps/app.xml": b"<a/>", "xl/media/image1.png": b"not read"}))
    assert "xl/media/image1.png" not in parts
    assert zipcheck.unpack(zipcheck.pack(parts)) == parts


TEXTS: dict[str, tuple[bytes, str]] = {
    "NUL": (CSV.encode().replace(b"31.0", b"31\x00"), "NUL"),
    "nothing but NUL": (bytes(5000), "NUL"),
    "quotation mark left open": (CSV.encode() + b'"' + b"x\n" * 50_000, "quotation marks"),
    "one endless cell": (CSV.encode() + b"y" * 5_000_000, "too long"),
    "endless header": (b"a," * 1_000_000, "columns"),
    "a million blank lines": (b"\n" * 1_000_000 + CSV.encode().replace(b"status", b"x"), ""),
    "a million separators": (CSV.encode() + b"x,," * 500_000, "cells, the header"),
    "an executable": (b"MZ\x90\x00" + bytes(300), "NUL"),
    "a page": (b"<html><body><script>alert(1)</script></body></html>", "no rows"),
    "surrogates": (CSV.encode() + b"\xed\xa0\x80,v,,0,status.ecog,,1,,\n", "not UTF-8"),
    "overlong": (CSV.encode() + b"\xc0\xaf,v,,0,status.ecog,,1,,\n", "not UTF-8"),
    "formula in the key": (CSV.encode() + b"=cmd|' /C calc'!A0,v,,0,status.ecog,,1,,\n", ""),
    "huge number": (CSV.encode() + b"C-3,v,,0,marker.cea,," + b"9" * 30_000 + b",ng/mL,\n", "is not a number"),
    "huge exponent": (CSV.encode() + b"C-3,v,,0,marker.cea,,1e99,ng/mL,\n", "outside what CEA can be"),
    "huge exponent still": (CSV.encode() + b"C-3,v,,0,marker.cea,,1e999999999,ng/mL,\n", "is not a number"),
    "huge cycle": (CSV.encode() + b"C-3,v,," + b"9" * 30_000 + b",marker.cea,,1,ng/mL,\n", "completed cycles"),
    "huge date": (CSV.encode() + b"C-3,v," + b"9" * 30_000 + b",,marker.cea,,1,ng/mL,\n", "is not a date"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_H32_hostile_text_files(load, name: str) -> None:
    content, sentence = TEXTS[name]
    found = timed(lambda: load(content))
    if sentence:
        assert found.histories == ()
        assert sentence in str(found.problems[0])
    assert all(len(problem.sentence) <= 500 for problem in found.problems)


BUNDLE = '{"format": "nacdesk cases", "version": 1, "cases": [{"case": "A-1", "facts": {}, "visits": [], "lesions": [], "observations": []}]}'

JSONS: dict[str, tuple[str, str]] = {
    "key twice": (BUNDLE.replace('"version": 1', '"version": 1, "version": 1'), "not sound JSON"),
    "NaN": (BUNDLE.replace('"version": 1', '"version": NaN'), "not sound JSON"),
    "Infinity": (BUNDLE.replace('"version": 1', '"version": -Infinity'), "not sound JSON"),
    "deep": ("[" * 500_000 + "]" * 500_000, "not sound JSON"),
    "deep in a case": (BUNDLE.replace('"facts": {}', '"facts": ' + '{"a":' * 900 + "1" + "}" * 900), "must be text"),
    "half": (BUNDLE[:60], "not sound JSON"),
    "huge number": (BUNDLE.replace('"version": 1', '"version": ' + "9" * 10_000), "not sound JSON"),
    "newer": (BUNDLE.replace('"version": 1', '"version": 2'), "has version 2"),
    "other format": (BUNDLE.replace("nacdesk cases", "fhir"), "does not hold cases"),
    "a list": ("[]", "does not hold cases"),
    "unknown key": (BUNDLE.replace('"facts"', '"facs"'), "unknown key"),
    "unknown cell": (BUNDLE.replace('"facts": {}', '"facts": {"value": "1"}'), "unknown key"),
    "number for text": (BUNDLE.replace('"facts": {}', '"facts": {"sex": 1}'), "must be text"),
    "no key": (BUNDLE.replace('"case": "A-1", ', ""), "has no key"),
    "no cases": (BUNDLE[: BUNDLE.index("[{")] + "[]}", "no case"),
    "cases of another kind": (BUNDLE.replace('"observations": []', '"observations": {}'), "must be a list"),
    "not text": (BUNDLE.replace("A-1", "A-\udc80").encode("utf-8", "surrogatepass").decode("latin-1"), ""),
    "control character": (BUNDLE.replace("A-1", "A-\\u0007"), "control character"),
}


@pytest.mark.parametrize("name", JSONS)
def test_H32_hostile_bundles(load, name: str) -> None:
    content, sentence = JSONS[name]
    found = timed(lambda: load(content, "cases.json"))
    if sentence:
        assert found.histories == ()
        assert sentence in str(found.problems[0])


def test_H32_the_plain_bundle_of_the_corpus_is_read(load) -> None:
    assert [history.case.key for history in load(BUNDLE, "cases.json").histories] == ["A-1"]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "seed.csv").write_text(CSV, "utf-8")
    histories = read([folder / "seed.csv"], catalog).histories
    table.write(histories, catalog, folder / "seed.xlsx")
    return {suffix: (folder / f"seed{suffix}").read_bytes() for suffix in (".csv", ".xlsx")} | {".json": BUNDLE.encode()}


def mutated(data: bytes, chance: random.Random) -> bytes:
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                content[place] ^= 1 << chance.randrange(8)
            case 1:
                del content[place : place + chance.randrange(1, 40)]
            case 2:
                content[place:place] = chance.randbytes(chance.randrange(1, 20))
            case _:
                start = chance.randrange(len(content))
                content[place:place] = content[start : start + chance.randrange(1, 200)]
        content = content or bytearray(b"x")
    return bytes(content)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_H32_random_mutations_never_raise(tmp_path: Path, catalog: Catalog, seeds: dict[str, bytes], suffix: str) -> None:
    chance = random.Random(suffix)
    path = tmp_path / f"table{suffix}"
    refused = 0
    for _ in range(400):
        path.write_bytes(mutated(seeds[suffix], chance))
        found = timed(lambda: read([path], catalog))
        refused += bool(found.problems)
        assert bool(found.problems) != bool(found.histories)
    assert refused > 100


def test_H32_mutations_inside_the_sheet_never_raise(tmp_path: Path, catalog: Catalog, seeds: dict[str, bytes]) -> None:
    """As above, but the zip around the mutated XML is sound, so that the sheet's reader meets it."""
    chance = random.Random(32)
    path = tmp_path / "table.xlsx"
    parts = zipcheck.unpack(seeds[".xlsx"])
    for _ in range(400):
        name = chance.choice(sorted(parts))
        path.write_bytes(zipcheck.pack({**parts, name: mutated(parts[name], chance)}))
        found = timed(lambda: read([path], catalog))
        assert bool(found.problems) != bool(found.histories)


LIMITED = """
import resource, sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.interop.read import read
catalog = load()
resource.setrlimit(resource.RLIMIT_AS, (512 * 2**20, 512 * 2**20))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
found = read([Path(sys.argv[1])], catalog)
print(found.rows, len(found.problems))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux")
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_H32_a_file_at_the_limits_is_read_within_512_mebibytes(tmp_path: Path, suffix: str) -> None:
    rows = [(f"P{number // 100}", f"v{number % 100}", "marker.cea", f"{number % 40}.{number % 7}", "ng/mL") for number in range(60_000)]
    head = ("case", "visit", "analyte", "value", "unit")
    path = tmp_path / f"large{suffix}"
    if suffix == ".csv":
        path.write_text("\n".join(",".join(row) for row in (head, *rows)))
    else:
        path.write_bytes(xlsx(sheet_of("".join("<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in (head, *rows)))))
    run = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=120)
    assert run.stdout.split() == ["60000", "0"], run.stderr


def test_a_bundle_is_not_mistaken_for_other_json(load) -> None:
    assert "does not hold cases" in str(load(json.dumps({"resourceType": "Bundle"}), "fhir.json").problems[0])
