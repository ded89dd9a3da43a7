"""Where things are: the user's folders and the shipped resources."""

import os
from pathlib import Path

import platformdirs

from nacdesk.errors import BugError


def home() -> Path:
    """The user's data folder; the environment variable NACDESK_HOME overrides it."""
    chosen = os.environ.get("NACDESK_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("nacdesk", appauthor=False))


def default_store() -> Path:
    """The store that opens when none is named."""
    return home() / "cases.nac"


def user_mappings() -> Path:
    """The folder of the user's own mappings for wide tables."""
    return home() / "mappings"


def settings_file() -> Path:
    """The settings of this user."""
    return home() / "settings.toml"


def resources() -> Path:
    """The shipped resources: beside the package in a checkout, inside it in a wheel.

    The checkout comes first: an editable install leaves a stale copy in site-packages.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "resources", package / "resources"):
        if (folder / "catalog").is_dir():
            return folder
    raise BugError("The program's own resources folder is missing; install nacdesk again.")
