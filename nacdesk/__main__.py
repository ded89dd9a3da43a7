"""The command `nacdesk`. Without a command it opens the window, before anything that only commands need is imported."""

import gc
import sys
from pathlib import Path


def main() -> None:
    """`nacdesk` and `nacdesk STORE.nac` open the window; everything else is a command."""
    words = sys.argv[1:]
    if not words or (len(words) == 1 and words[0].endswith(".nac")):
        gc.disable()  # the window collects by its own timer, on its own thread; no pauses while it starts
        from nacdesk.gui import app

        sys.exit(app.main(Path(words[0]) if words else None))
    from nacdesk import cli

    cli.main()


if __name__ == "__main__":
    main()
