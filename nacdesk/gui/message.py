"""What the window tells: good news, a failure that can be mended, a fault of the program."""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nacdesk.errors import UserError

log = logging.getLogger("nacdesk")


@dataclass(frozen=True, slots=True)
class Message:
    """What the window tells in its message bar.

    Attributes:
        tone: "error", or "info" for good news.
        reload: offer to read everything again.
        site_rules: offer the dialog about the rules of this site.
    """

    tone: Literal["error", "info"]
    sentence: str
    remedy: str = ""
    reload: bool = False
    site_rules: bool = False


def message_of(error: BaseException, what: str = "") -> Message:
    """A failure in words. Faults of the program are logged as places in the code, never with values."""
    if isinstance(error, UserError):
        return Message("error", error.sentence, error.remedy)
    log.error("%s", places(error))
    sentence = f"{what} The program made an error ({type(error).__name__}); what is stored is as it was last confirmed.".strip()
    return Message("error", sentence, "Reload, and check what is shown.", reload=True)


def places(error: BaseException) -> str:
    """Type and places of an error without its text, which could hold a patient's data."""
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)
    return " < ".join([type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))])
