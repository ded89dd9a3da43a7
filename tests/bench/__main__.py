"""`python -m tests.bench [start|switch|paper|ingest|edit|field …] [--rounds N] [--observations N]`."""

import argparse
import importlib
import os
import platform
import sys

PARTS = ("start", "switch", "paper", "ingest", "edit", "field")
ROUNDS = {"start": 15, "switch": 30, "paper": 30, "ingest": 7, "edit": 200, "field": 40}
FILLED = ("ingest", "edit", "field")  # parts that need a full store


def main() -> int:
    """Measure and print one table."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=sys.modules["tests.bench"].__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them when none is named")
    parser.add_argument("--rounds", type=int, help="rounds of each part (default: enough for a steady median)")
    parser.add_argument("--observations", type=int, default=100_000, help="in the full store (default: %(default)s)")
    chosen = parser.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part named {', '.join(sorted(unknown))}")
    from tests.bench.rounds import HEAD

    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; medians, ratios are medians over the rounds\n")
    print(HEAD, flush=True)
    for part in chosen.parts or PARTS:
        measure = importlib.import_module(f"tests.bench.{part}").measure
        rounds = chosen.rounds or ROUNDS[part]
        for outcome in measure(rounds, chosen.observations) if part in FILLED else measure(rounds):
            print(outcome.row(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
