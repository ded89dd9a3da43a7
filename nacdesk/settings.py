"""What the user prefers: a frozen Settings, kept as a small TOML file. Never a fact of a patient."""

import getpass
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import tomli

from nacdesk.errors import UserError

Theme = Literal["system", "light", "dark", "contrast"]
Paper = Literal["A4", "Letter"]

VERSION = 2  # 2 added display_name; a file of version 1 is read as it is
NAME_LENGTH = 80
SCALES = (100, 125, 150, 175, 200)


@dataclass(frozen=True, slots=True)
class Settings:
    """The preferences of one user.

    Attributes:
        theme: colours of the window; "system" follows the system at start.
        paper: size of a printed page.
        text_scale: size of the text in per cent, one of SCALES.
        display_name: of the person at this account, as it stands beside each change; "" until it is set.
    """

    theme: Theme = "system"
    paper: Paper = "A4"
    text_scale: int = 100
    display_name: str = ""

    def __post_init__(self) -> None:
        named = tidy_name(str(self.display_name)) == self.display_name
        if self.theme not in get_args(Theme) or self.paper not in get_args(Paper) or self.text_scale not in SCALES or not named:
            raise ValueError("a setting holds a value that it cannot have")


def tidy_name(text: str) -> str:
    """A name on one line, without what cannot be seen or printed, at most NAME_LENGTH characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:NAME_LENGTH].strip()


def load(path: Path) -> Settings:
    """The settings in `path`, the defaults when there is no such file.

    Raises:
        UserError: unreadable, of a newer program, or with a value a setting cannot have.
    """
    remedy = "The defaults are used; choose again in the View menu."
    try:
        found = tomli.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise UserError("The settings could not be read and were left as they are.", remedy) from error
    version = found.pop("version", None)
    if not isinstance(version, int) or version > VERSION:
        raise UserError("The settings were written by a newer program and were left as they are.", remedy)
    try:
        return Settings(**found)
    except (TypeError, ValueError) as error:
        raise UserError("The settings hold a value that is not known and were left as they are.", remedy) from error


def save(settings: Settings, path: Path) -> None:
    """Replace the file as a whole.

    Raises:
        UserError: it could not be written; the old file is kept.
    """
    name = json.dumps(settings.display_name, ensure_ascii=False)  # its escapes are TOML's as well
    text = f'version = {VERSION}\ntheme = "{settings.theme}"\npaper = "{settings.paper}"\ntext_scale = {settings.text_scale}\ndisplay_name = {name}\n'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".settings-", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        raise UserError("The settings could not be saved; they hold until the window is closed.", "Check that your data folder can be written.") from error


def account() -> str:
    """The operating system's account: who acts when nobody is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown account"


def actor(settings: Settings) -> str:
    """Who acts, as recorded with each change: "Ana Ruiz (aruiz)", or the account alone."""
    return f"{settings.display_name} ({account()})" if settings.display_name else account()
