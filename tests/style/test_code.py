"""House rules that no other tool holds, over all of the project's own Python files."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "scanner"
LAST_DEFENCES = (
    PACKAGE / "cli" / "exits.py",  # an error of ours becomes its exit status
    PACKAGE / "worker" / "child.py",  # a parser's defect becomes a gap
)
SINGULAR = ("alert", "helper", "hit", "infected", "ioc", "manager", "plugin", "util")
BANNED = frozenset((*SINGULAR, *(f"{word}s" for word in SINGULAR)))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below folders of the checkout; none there is an error."""
    files = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    assert files, f"no Python file in {folders}"
    return files


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def at(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def offenders(files: list[Path], wrong: Callable[[ast.AST], object]) -> list[str]:
    return [at(path, node) for path in files for node in ast.walk(tree(path)) if wrong(node)]


# --- sizes --------------------------------------------------------------------------------------


def test_a_file_has_at_most_400_lines():
    files = python_files("scanner", "tests", "tools", "fixtures")

    assert [] == [
        f"{path.relative_to(ROOT)}: {length} lines"
        for path in files
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > 400
    ]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body, its docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_a_function_has_at_most_40_lines():
    def too_long(node: ast.AST) -> bool:
        return isinstance(node, FUNCTIONS) and length(node) > 40

    assert [] == offenders(python_files("scanner", "tools"), too_long)


# --- names and docstrings -----------------------------------------------------------------------


def names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node gives to something of ours."""
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.alias) and node.asname:
        yield node.asname


def parts(name: str) -> set[str]:
    """Split a name into its words, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def test_words_are_told_apart():
    assert {"alert", "manager"} == parts("AlertManager")
    assert {"find", "ioc", "list"} == parts("find_IOC_list")
    assert {"white", "hitherto"} == parts("white_hitherto")


def test_no_name_uses_a_word_that_says_nothing_or_too_much():
    files = python_files("scanner")

    assert [] == offenders(files, lambda node: any(parts(n) & BANNED for n in names(node)))
    assert [] == [path for path in files if parts(path.stem) & BANNED]


def test_every_module_says_what_it_is():
    files = python_files("scanner", "tools", "tests/docs", "tests/style")

    assert [] == [
        str(path.relative_to(ROOT)) for path in files if not ast.get_docstring(tree(path))
    ]


# --- layers -------------------------------------------------------------------------------------


def test_every_package_has_its_layer():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layered = {name for line in contract["layers"] for name in line.split(" | ")}
    here = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.is_dir() and any(path.rglob("*.py"))) or path.suffix == ".py"
    }

    assert contract["exhaustive"]
    assert set() == here - layered - set(contract["exhaustive_ignores"]) - {"__init__"}


def is_name(node: ast.stmt, root: bool) -> bool:
    """Tell whether a statement only makes names public; the root may load them through a table."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return root or not any(
                isinstance(part, (ast.Call, ast.comprehension)) for part in ast.walk(value)
            )
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=[]):
            return root and all(is_name(part, root) for part in body)
        case ast.FunctionDef(name="__getattr__" | "__dir__"):
            return root
    return False


# Who verifies a case needs no rules: these load each name when it is first asked for.
LAZY = (
    PACKAGE,
    PACKAGE / "pipeline",
    PACKAGE / "detect",
    PACKAGE / "detect" / "yara",
)


def test_init_files_hold_names_only():
    files = [path for path in python_files("scanner") if path.name == "__init__.py"]

    assert [] == [
        at(path, node)
        for path in files
        for node in tree(path).body
        if not is_name(node, root=path.parent in LAZY)
    ]


# --- what a library and a test leave undone -----------------------------------------------------


def catches_everything(node: ast.AST) -> bool:
    """Tell whether a handler takes every error; one that raises it again may tidy up first."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    kinds = {one.id if isinstance(one, ast.Name) else one for one in caught}
    ends_raised = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
    return bool(kinds & {None, "Exception", "BaseException"}) and not ends_raised


def test_no_handler_takes_every_error():
    files = [path for path in python_files("scanner", "tools") if path not in LAST_DEFENCES]

    assert [] == offenders(files, catches_everything)


def calls(node: ast.AST, *functions: str) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in functions


def test_the_library_does_not_print():
    files = [path for path in python_files("scanner") if PACKAGE / "cli" not in path.parents]

    assert [] == offenders(files, lambda node: calls(node, "print"))


def test_run_time_checks_are_not_asserted():
    assert [] == offenders(python_files("scanner"), lambda node: isinstance(node, ast.Assert))


def patches(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in {"mock", "pytest_mock"} or (
            node.module == "unittest" and any(alias.name == "mock" for alias in node.names)
        )
    if isinstance(node, ast.Import):
        return any(alias.name in {"mock", "unittest.mock"} for alias in node.names)
    if calls(node, "monkeypatch.setattr"):
        return "tempdir" not in ast.unparse(node)  # a documented setting of `tempfile`
    return calls(node, "mocker.patch", "patch", "patch.object")


def test_tests_run_the_real_thing():
    assert [] == offenders(python_files("tests"), patches)


def evades(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) in {
        "pytest.skip",
        "pytest.importorskip",
        "pytest.xfail",
        "pytest.mark.skip",
        "pytest.mark.skipif",
        "pytest.mark.xfail",
        "unittest.skip",
    }


def test_no_test_is_skipped_or_expected_to_fail():
    assert [] == offenders(python_files("tests"), evades)


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
    files = [*python_files("scanner", "tools"), *(ROOT / "rules").rglob("*.yml")]

    assert [] == [path for path in files if later.search(path.read_text(encoding="utf-8"))]
