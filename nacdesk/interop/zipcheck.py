"""Looks at the zip of an Excel file before anything reads it.

What passes is unpacked here, within limits, and packed anew from the known parts only: the reader
of the sheet never sees the foreign zip, so no second opinion about its sizes or names can differ.
"""

import io
import re
import zipfile
import zlib

from nacdesk.interop.preview import Refused, shown

MAX_MEMBERS = 100
MAX_UNPACKED = 50_000_000
MAX_RATIO = 100
_SMALL = 100_000  # a tiny part may be packed tighter: it cannot do harm

_UNSAFE_NAME = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f]")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def unpack(data: bytes) -> dict[str, bytes]:
    """The XML parts of an Excel file by name, checked.

    Args:
        data: the whole file.

    Raises:
        Refused: not a plain .xlsx: broken, encrypted, with macros, too large once unpacked, with
            names that point elsewhere or with a document type declaration.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("The file is an old Excel file (.xls) or is protected by a password.", "Save it as .xlsx without a password.")
    if not data.startswith(b"PK\x03\x04"):
        raise Refused("The file is not an Excel file (.xlsx).", "Save it as .xlsx or CSV.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_list(members)
            return {member.filename: _content(archive, member) for member in members if member.filename.lower().endswith((".xml", ".rels"))}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError) as error:
        raise Refused("The Excel file is damaged or incomplete.", "Open it in Excel and save it again.") from error


def pack(parts: dict[str, bytes]) -> bytes:
    """A plain zip of those parts, not compressed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def _check_list(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Refused(f"The Excel file holds {len(members)} parts; at most {MAX_MEMBERS} are read.", "Save the sheet alone in a new file.")
    names = [member.filename.casefold() for member in members]
    if len(set(names)) != len(names):
        raise Refused("The Excel file holds two parts of one name.", "Save the sheet in a new file.")
    for member in members:
        name = member.filename
        if _UNSAFE_NAME.search(name):
            raise Refused(f"The Excel file holds a part whose name points elsewhere (“{shown(name)}”).", "Do not use this file.")
        if "vbaproject" in name.casefold() or "/macrosheets/" in f"/{name.casefold()}":
            raise Refused("The Excel file holds macros.", "Save it as .xlsx without macros.")
        if member.flag_bits & 0x1:
            raise Refused("The Excel file is protected by a password.", "Save it without a password.")
        if member.file_size > max(member.compress_size * MAX_RATIO, _SMALL):
            raise Refused(f"The Excel file is packed too tightly to be a table (“{shown(name)}”).", "Do not use this file.")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused(f"The Excel file is larger than {MAX_UNPACKED // 1_000_000} MB once unpacked.", "Split it.")


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The part, at most as long as its entry says; the checksum is tested by the archive."""
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise zipfile.BadZipFile(member.filename)
    if b"\x00" in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(f"The part “{shown(member.filename)}” of the Excel file is not UTF-8 text.", "Save it again as .xlsx.")
    if _DECLARATION.search(content):
        raise Refused(f"The part “{shown(member.filename)}” of the Excel file declares a document type.", "Do not use this file.")
    return content
