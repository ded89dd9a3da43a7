"""The command `nacdesk`. Without a command it opens the window, before anything that only commands need is imported."""

import gc
import sys
from pathlib import Path

from nacdesk.errors import UserError


def main() -> None:
    """`nacdesk` and `nacdesk STORE.nac` open the window; everything else is a command."""
    words = sys.argv[1:]
    if not words or (len(words) == 1 and words[0].endswith(".nac")):
        sys.exit(_window(Path(words[0]) if words else None))
    from nacdesk import cli

    cli.main()


def _window(store: Path | None) -> int:
    gc.disable()  # the window collects by its own timer, on its own thread; no pauses while it starts
    from nacdesk.gui import display

    try:
        display.needed()
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - click, which prints for the commands, is not loaded for the window
        return 1
    from nacdesk.gui import app

    return app.main(store)


if __name__ == "__main__":
    main()
