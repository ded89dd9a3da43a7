"""Rounds of contestants in turn, and the ratios that come out of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

NOISE = 0.25  # median and min/min apart by more: something else was running

PROGRAM, FLOOR, PEER = "nacdesk", "floor", "peer"


@dataclass(frozen=True)
class Outcome:
    """What one comparison measured.

    Attributes:
        name: of the work.
        unit: "ms" or "MiB".
        measured: contestant -> one number a round, in the same order.
    """

    name: str
    unit: str
    measured: Mapping[str, tuple[float, ...]]

    def ratio(self, one: str, other: str) -> float:
        """Median of the rounds' ratios: machines slow down and speed up, neighbours in a round alike."""
        return median(a / b for a, b in zip(self.measured[one], self.measured[other], strict=True))

    @property
    def noisy(self) -> bool:
        """The typical round and the best one disagree."""
        return any(
            abs(self.ratio(PROGRAM, other) / (min(self.measured[PROGRAM]) / min(self.measured[other])) - 1) > NOISE
            for other in (FLOOR, PEER)
            if other in self.measured
        )

    def row(self) -> str:
        """One line of the printed table, in Markdown."""

        def cell(name: str) -> str:
            return f"{median(self.measured[name]):,.1f} {self.unit}" if name in self.measured else "–"

        slower = f"{self.ratio(PROGRAM, FLOOR):.2f}" if FLOOR in self.measured else "–"
        faster = f"{self.ratio(PEER, PROGRAM):.1f}" if PEER in self.measured else "–"
        return f"| {self.name} | {cell(PROGRAM)} | {cell(FLOOR)} | {slower} | {cell(PEER)} | {faster} | {'noisy' if self.noisy else 'steady'} |"


HEAD = "| work | nacdesk | floor | nacdesk / floor | peer | peer / nacdesk | run |\n| --- | --- | --- | --- | --- | --- | --- |"


def compare(name: str, contestants: Mapping[str, Callable[[], float]], rounds: int, unit: str = "ms", warm_ups: int = 2) -> Outcome:
    """Run each contestant once a round, in turn; each answers with its own measure."""
    for _ in range(warm_ups):
        for run in contestants.values():
            run()
    measured: dict[str, list[float]] = {contestant: [] for contestant in contestants}
    for _ in range(rounds):
        for contestant, run in contestants.items():
            measured[contestant].append(run())
    return Outcome(name, unit, {contestant: tuple(numbers) for contestant, numbers in measured.items()})
