"""Mutation testing of nacdesk/domain: change one thing, run the tests that pass there, expect one to fail.

    python -m tests.mutation                 every module
    python -m tests.mutation recist ca125    these modules
    python -m tests.mutation recist:204      the mutants of one line

Not part of CI; what is changed, what is not, and why each survivor survives stands in tests/mutation.md.
A mutant is one fork of a process that has collected the tests and run them once: the fork exchanges the
code of the live functions. Whatever survives there, and whatever runs only at import, meets the whole of
tests/domain in a process that imports the mutant afresh.
"""

import argparse
import ast
import copy
import functools
import gc
import importlib.machinery
import itertools
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, TextIO

from _pytest.outcomes import Skipped

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = ROOT / "nacdesk" / "domain"
NOTE = Path(__file__).with_suffix(".md")
# Exhaustive and random histories, and data that may be absent: they see the survivors only.
HEAVY = ("test_oracle.py", "test_properties.py", "test_real_data.py")
TESTS = ["tests/domain"]
QUIET = ["-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider"]
FIRST = "test_register.py"  # kills most
QUICK_SECONDS = 5  # of recorded test time, which is some three times that of a mutant
PROCESSES = 2
SECONDS = 60  # of processor time; an endless loop ends here
MEMORY = 4 << 30

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Div,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CHOICES: Mapping[str, str] = {"any": "all", "all": "any", "min": "max", "max": "min"}

Change = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module.

    Attributes:
        text: the line itself, which outlives its number.
        words: what changes, "`a < b` → `a <= b`".
        place: number of the changed node in ast.walk.
    """

    module: str
    line: int
    text: str
    words: str
    place: int
    change: Change

    @property
    def name(self) -> str:
        """As tests/mutation.md knows it: the first cells of its row."""
        return f"| {self.module} | {_cell(self.text)} | {_cell(self.words)} |"

    @property
    def path(self) -> Path:
        return DOMAIN / f"{self.module}.py"

    def code(self) -> CodeType:
        """The module with the change, compiled."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        self.change(list(ast.walk(tree))[self.place])
        return compile(ast.fix_missing_locations(tree), str(self.path), "exec")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def mutants(module: str, lines: Sequence[int] = ()) -> list[Mutant]:
    """All mutants of a module, or of these lines of it."""
    source = (DOMAIN / f"{module}.py").read_text(encoding="utf-8")
    texts, found = source.splitlines(), []
    seen: dict[tuple[str, str], int] = defaultdict(int)
    tree = ast.parse(source)
    skipped = {id(node) for node in _not_code(tree)}
    for place, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0) or getattr(getattr(node, "target", None), "lineno", 0)
        for words, change in OPERATORS[type(node)](node) if type(node) in OPERATORS and id(node) not in skipped else ():
            text = texts[line - 1].strip()
            seen[text, words] += 1
            if seen[text, words] > 1:
                words += f" ({seen[text, words]})"
            if not lines or line in lines:
                found.append(Mutant(module, line, text, words, place, change))
    return sorted(found, key=lambda mutant: mutant.line)


def _not_code(tree: ast.Module) -> Iterator[ast.AST]:
    """What is no behaviour: annotations, decorators, assertions for the type checker, and the wording of sentences."""
    for node in ast.walk(tree):
        match node:
            case ast.Assert():
                yield from ast.walk(node)
            case ast.Assign() if ast.unparse(node.value).startswith(("Literal[", "Callable[", "Mapping[", "Union[")):
                yield from ast.walk(node)
            case ast.JoinedStr():
                # In a sentence arithmetic counts, for it is shown; the choice of words does not.
                yield from (part for part in ast.walk(node) if not isinstance(part, ast.BinOp) and not (isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)))
        for part in (*getattr(node, "decorator_list", ()), getattr(node, "annotation", None), getattr(node, "returns", None)):
            if part is not None:
                yield from ast.walk(part)


def _none() -> ast.expr:
    return ast.Constant(None)


def _swap(field: str, value: object, place: int | None = None) -> Change:
    def change(node: Any) -> None:
        if place is None:
            setattr(node, field, value)
        else:
            getattr(node, field)[place] = value

    return change


def _become(make: Callable[[Any], ast.AST]) -> Change:
    """The node turned into another, in place."""

    def change(node: Any) -> None:
        new = make(copy.copy(node))
        for field in node._fields:
            delattr(node, field)
        node.__class__ = type(new)
        for field in new._fields:
            setattr(node, field, getattr(new, field, None))

    return change


def _drop(field: str, place: int) -> Change:
    def change(node: Any) -> None:
        del getattr(node, field)[place]

    return change


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return f"`{text if len(text) <= 50 else text[:47] + '...'}`"


Changes = Iterator[tuple[str, Change]]


def _compared(node: ast.Compare) -> Changes:
    for place, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            changed = copy.copy(node)
            changed.ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield f"{_short(node)} → {_short(changed)}", _swap("ops", other(), place)


def _joined(node: ast.BoolOp) -> Changes:
    both = isinstance(node.op, ast.And)
    yield f"{_short(node)}: {'and → or' if both else 'or → and'}", _swap("op", ast.Or() if both else ast.And())
    for place, value in enumerate(node.values) if len(node.values) > 2 else ():
        yield f"{_short(node)}: without {_short(value)}", _drop("values", place)


def _signed(node: ast.UnaryOp) -> Changes:
    if isinstance(node.op, ast.Not | ast.USub):
        yield f"{_short(node)}: without {'not' if isinstance(node.op, ast.Not) else 'the sign'}", _become(lambda old: old.operand)


def _reckoned(node: ast.BinOp) -> Changes:
    if type(node.op) in ARITHMETIC and not _is_text(node.left) and not _is_text(node.right):
        changed = copy.copy(node)
        changed.op = ARITHMETIC[type(node.op)]()
        yield f"{_short(node)} → {_short(changed)}", _swap("op", changed.op)


def _added(node: ast.AugAssign) -> Changes:
    if type(node.op) in ARITHMETIC and not _is_text(node.value):
        yield f"{_short(node)}: other operator", _swap("op", ARITHMETIC[type(node.op)]())
    yield f"{_short(node)}: = alone", _become(lambda old: ast.Assign(targets=[old.target], value=old.value, type_comment=None))


def _constant(node: ast.Constant) -> Changes:
    value = node.value
    if isinstance(value, bool):
        yield f"`{value}` → `{not value}`", _swap("value", not value)
    elif isinstance(value, int | float):
        yield f"`{value}` → `{value + 1}`", _swap("value", value + 1)


def _returned(node: ast.Return) -> Changes:
    if node.value is not None and not _is_none(node.value):
        yield f"{_short(node)} → `return None`", _swap("value", _none())


def _branched(node: ast.If | ast.While) -> Changes:
    # Of one comparison, or of "not", the opposite is a mutant already.
    plain = isinstance(node.test, ast.Compare) and len(node.test.ops) == 1
    if not plain and not (isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)):
        yield f"if {_short(node.test)} → if not", _swap("test", ast.UnaryOp(ast.Not(), node.test))


def _chosen(node: ast.IfExp) -> Changes:
    yield f"{_short(node)}: always the first", _become(lambda old: old.body)
    yield f"{_short(node)}: always the second", _become(lambda old: old.orelse)


def _filtered(node: ast.comprehension) -> Changes:
    for place, test in enumerate(node.ifs):
        yield f"without if {_short(test)}", _drop("ifs", place)


def _assigned(node: ast.Assign | ast.AnnAssign) -> Changes:
    if node.value is not None and not _is_none(node.value) and not _is_text(node.value):
        yield f"{_short(node)} → None", _swap("value", _none())


def _called(node: ast.Call) -> Changes:
    if isinstance(node.func, ast.Name) and node.func.id in CHOICES:
        yield f"`{node.func.id}` → `{CHOICES[node.func.id]}`", _swap("func", ast.Name(CHOICES[node.func.id], ast.Load()))
    for place, argument in enumerate(node.args):
        if not isinstance(argument, ast.Starred | ast.GeneratorExp) and not _is_none(argument) and not _is_text(argument):
            yield f"{_short(node)}: {_short(argument)} → None", _swap("args", _none(), place)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None and not _is_text(keyword.value):
            yield f"{_short(node)}: without {keyword.arg}=", _drop("keywords", place)


def _jumped(node: ast.Continue | ast.Break) -> Changes:
    other = ast.Break if isinstance(node, ast.Continue) else ast.Continue
    yield f"{_short(node)} → {_short(other())}", _become(lambda _: other())


def _named(node: ast.Lambda) -> Changes:
    if not _is_none(node.body):
        yield f"{_short(node)} → None", _swap("body", _none())


OPERATORS: Mapping[type[ast.AST], Callable[[Any], Changes]] = {
    ast.Compare: _compared,
    ast.BoolOp: _joined,
    ast.UnaryOp: _signed,
    ast.BinOp: _reckoned,
    ast.AugAssign: _added,
    ast.Constant: _constant,
    ast.Return: _returned,
    ast.If: _branched,
    ast.While: _branched,
    ast.IfExp: _chosen,
    ast.comprehension: _filtered,
    ast.Assign: _assigned,
    ast.AnnAssign: _assigned,
    ast.Call: _called,
    ast.Continue: _jumped,
    ast.Break: _jumped,
    ast.Lambda: _named,
}


class Searching:
    """pytest plugin: hypothesis shows any counterexample at once; nobody looks at the smallest one."""

    def pytest_sessionstart(self) -> None:
        import hypothesis

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutation", deadline=None, derandomize=True, database=None, phases=phases)
        hypothesis.settings.load_profile("mutation")


class Exchanging:
    """pytest plugin: runs the tests once, then forks for each mutant and runs those that pass its line.

    Attributes:
        survivors: of `wanted`, what no test killed, and what cannot be exchanged in a live process.
    """

    def __init__(self, wanted: Sequence[Mutant], quick: bool) -> None:
        self.wanted, self.quick = wanted, quick
        self.survivors: list[Mutant] = []

    def pytest_runtestloop(self, session: Any) -> bool:
        light = [item for item in session.items if item.path.name not in HEAVY]
        heavy = [item for item in session.items if item.path.name in HEAVY]
        passed, seconds = _record(light, {str(mutant.path) for mutant in self.wanted})
        live, caches = _live_functions(), _caches()
        for path in {mutant.path for mutant in self.wanted}:
            _compiled(path)
        gc.freeze()

        def dies(mutant: Mutant, tests: Sequence[Any]) -> bool:
            if not _exchange(mutant, live):
                return False
            for cache in caches:
                cache.cache_clear()
            return any(_fails(test, follower) for test, follower in zip(tests, (*tests[1:], None), strict=True))

        def quickly(mutant: Mutant) -> bool:
            def order(number: int) -> tuple[bool, bool, float]:
                name = light[number].path.name
                return name != FIRST, mutant.module not in name and "_edges" not in name, seconds[number]

            tests = sorted(passed[str(mutant.path), mutant.line], key=order)
            if self.quick is True:
                spent = itertools.accumulate(seconds[number] for number in tests)
                tests = [number for number, sum_so_far in zip(tests, spent, strict=True) if sum_so_far < QUICK_SECONDS]
            return dies(mutant, [light[number] for number in tests])

        self.survivors = _judge("tests of the line", self.wanted, quickly)
        if self.quick is False:
            self.survivors = _judge("histories", self.survivors, lambda mutant: dies(mutant, heavy))
        return True


def _record(items: Sequence[Any], files: set[str]) -> tuple[Mapping[tuple[str, int], set[int]], list[float]]:
    """Run every test: which pass each line (by number), and how long each takes in seconds."""
    passed: dict[tuple[str, int], set[int]] = defaultdict(set)
    seconds: list[float] = []
    number = 0

    def enter(frame: FrameType, event: str, argument: object) -> Any:
        return inside(frame, event, argument) if frame.f_code.co_filename in files else None

    def inside(frame: FrameType, event: str, argument: object) -> Any:
        passed[frame.f_code.co_filename, frame.f_lineno].add(number)
        return inside

    for number, item in enumerate(items):
        start = time.process_time()
        sys.settrace(enter)
        failed = _fails(item, items[number + 1] if number + 1 < len(items) else None)
        sys.settrace(None)
        if failed:
            raise SystemExit(f"{item.nodeid} fails without any mutant")
        seconds.append(time.process_time() - start)
    return passed, seconds


def _fails(item: Any, follower: Any) -> bool:
    """Run one test; its report, with the texts of both sides of an assertion, would cost more than the test."""
    item._initrequest()
    state = item.session._setupstate
    try:
        try:
            state.setup(item)
            item.runtest()
        except Skipped:
            pass
        state.teardown_exact(follower)
    except BaseException:  # noqa: BLE001  # a mutant may raise anything
        return True
    return False


def _live_functions() -> Mapping[CodeType, Sequence[FunctionType]]:
    """Every function of the domain that exists, by its code."""
    live: dict[CodeType, list[FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename.startswith(str(DOMAIN)):
            live[thing.__code__].append(thing)
    return live


def _caches() -> Sequence[Any]:
    """What the domain remembers of earlier calls."""
    return [thing for thing in gc.get_objects() if type(thing) is functools._lru_cache_wrapper and thing.__module__.startswith("nacdesk.domain")]


def _exchange(mutant: Mutant, live: Mapping[CodeType, Sequence[FunctionType]]) -> bool:
    """Give the live functions the mutant's code; False where the change is not in a function that can take it."""
    changed = [(function, new) for old, new in _pairs(_compiled(mutant.path), mutant.code()) for function in live.get(old, ())]
    for function, new in changed:
        if len(function.__code__.co_freevars) != len(new.co_freevars):
            return False
        function.__code__ = new
    return bool(changed)


@functools.cache
def _compiled(path: Path) -> CodeType:
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")


def _pairs(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Each piece of code that differs, outermost first."""
    old, new = ([part for part in code.co_consts if isinstance(part, CodeType)] for code in (before, after))
    for one, other in zip(old, new, strict=False):
        if one.co_name == other.co_name and one != other:
            yield one, other
            yield from _pairs(one, other)


def _imported(mutant: Mutant) -> bool:
    """Does a test fail in a process that imports the mutant afresh?"""
    import pytest

    get_code = importlib.machinery.SourceFileLoader.get_code

    def changed(self: Any, fullname: str) -> CodeType | None:
        return mutant.code() if fullname == f"nacdesk.domain.{mutant.module}" else get_code(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = changed  # type: ignore[method-assign]  # this process exists for it
    ignored = [f"--ignore=tests/domain/{name}" for name in HEAVY]
    return pytest.main([*TESTS, "-x", *ignored, *QUIET], plugins=[Searching()]) != 0


def _judge(title: str, wanted: Sequence[Mutant], killed: Callable[[Mutant], bool]) -> list[Mutant]:
    """A fork each, PROCESSES at a time: the mutants that `killed` did not kill."""
    running: dict[int, Mutant] = {}
    survivors: list[Mutant] = []
    for number, mutant in enumerate((*wanted, None)):
        while running and (mutant is None or len(running) >= PROCESSES):
            process, status = os.wait()
            done = running.pop(process)
            if status == 0:
                survivors.append(done)
                _say(f"{title}: alive {done.line} {done.name}", sys.stderr)
        if mutant is None:
            break
        if number % 50 == 0:
            _say(f"{title}: {number} of {len(wanted)}, {len(survivors)} alive", sys.stderr)
        process = os.fork()
        if process == 0:
            _in_child(mutant, killed)
        running[process] = mutant
    return sorted(survivors, key=lambda mutant: (mutant.module, mutant.line))


def _in_child(mutant: Mutant, killed: Callable[[Mutant], bool]) -> None:
    """End with 0 for a survivor. A mutant that never ends or eats the memory is killed by its limit."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os._exit(1 if killed(mutant) else 0)
    finally:
        os._exit(1)


def _exchanged(wanted: Sequence[Mutant], quick: bool) -> list[Mutant]:
    """The survivors of live exchange, found in a process of its own: this one stays without the domain."""
    import pytest

    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        plugin = Exchanging(wanted, quick)
        code = pytest.main([*TESTS, *QUIET], plugins=[Searching(), plugin])
        with os.fdopen(writer, "w") as pipe:
            pipe.write("\n".join(str(wanted.index(mutant)) for mutant in plugin.survivors))
        os._exit(int(code))
    os.close(writer)
    with os.fdopen(reader) as pipe:
        numbers = pipe.read().split()
    if os.waitpid(process, 0)[1]:
        raise SystemExit("the tests do not pass without any mutant")
    return [wanted[int(number)] for number in numbers]


def _say(text: str, where: TextIO = sys.stdout) -> None:
    where.write(f"{text}\n")
    where.flush()


def main(arguments: Sequence[str]) -> int:
    """Prints every survivor that tests/mutation.md does not explain, and the score of each module; 1 when there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("subjects", nargs="*", help="module or module:line of nacdesk/domain; all without any")
    parser.add_argument("--quick", action="store_true", help="only the tests that pass the line of a mutant")
    options = parser.parse_args(arguments)
    wanted: list[Mutant] = []
    for subject in options.subjects or sorted(path.stem for path in DOMAIN.glob("*.py")):
        module, _, line = subject.partition(":")
        wanted += mutants(module, [int(line)] if line else [])
    survivors = _exchanged(wanted, options.quick)
    if not options.quick:
        survivors = _judge("imported", survivors, _imported)
    explained = NOTE.read_text(encoding="utf-8") if NOTE.exists() else ""
    open_ones = [mutant for mutant in survivors if mutant.name not in explained]
    for mutant in open_ones:
        _say(f"{mutant.line}: {mutant.name}")
    _say("| module | mutants | killed | survivors explained | score |\n|---|---:|---:|---:|---:|")
    for module in (*dict.fromkeys(mutant.module for mutant in wanted), None):
        all_of, left, unexplained = (sum(module in (None, mutant.module) for mutant in group) for group in (wanted, survivors, open_ones))
        _say(f"| {module or 'all'} | {all_of} | {all_of - left} | {left - unexplained} of {left} | {100 * (all_of - left) / all_of:.1f} % |")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
