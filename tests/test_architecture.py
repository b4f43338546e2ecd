"""The rules of the tree, each held by a check."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rag", "ingest", "eval", "ui")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 300
MOST_FUNCTION_LINES = 60


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of all modules that are imported, those of ``TYPE_CHECKING`` and functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def test_there_is_something_to_check() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(PACKAGES)
    assert len(SOURCES) > 60


def test_imports_point_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("rag", {"ingest", "eval", "ui"}), ("ingest", {"eval", "ui"}), ("eval", {"ingest", "ui"})],
)
def test_a_package_knows_only_what_is_below_it(package: str, forbidden: set[str]) -> None:
    wrong = {
        f"{name_of(path)} imports {name}"
        for path in SOURCES
        if path.is_relative_to(ROOT / package)
        for name in imported(tree_of(path))
        if name.partition(".")[0] in forbidden
    }
    assert wrong == set()


def test_eval_is_imported_by_from_alone() -> None:
    """``import eval.x`` would bind ``eval`` over the built-in."""
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in [*SOURCES, *TESTS]
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import)
        and any(alias.name.partition(".")[0] == "eval" and alias.asname is None for alias in node.names)
    ]
    assert wrong == []


def test_a_package_init_is_a_docstring() -> None:
    inits = [path for path in SOURCES if path.name == "__init__.py"]
    assert {path.parent for path in inits} >= {ROOT / package for package in PACKAGES}
    for path in inits:
        tree = tree_of(path)
        assert ast.get_docstring(tree), name_of(path)
        assert len(tree.body) == 1, f"{name_of(path)} has code"


def test_a_package_init_names_its_modules() -> None:
    for path in SOURCES:
        if path.name != "__init__.py":
            continue
        said = path.read_text("utf-8")
        modules = [each for each in path.parent.glob("*.py") if each.name != "__init__.py"]
        packages = [each.parent for each in path.parent.glob("*/__init__.py")]
        names = [each.stem for each in [*modules, *packages]]
        missing = [name for name in names if f"``{name}``" not in said and f"``{name}.py``" not in said]
        assert missing == [], name_of(path)


def test_files_and_functions_are_short() -> None:
    long = []
    for path in SOURCES:
        lines = path.read_text("utf-8").count("\n")
        if lines >= MOST_LINES:
            long.append(f"{name_of(path)} has {lines} lines")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length >= MOST_FUNCTION_LINES:
                    long.append(f"{name_of(path)}: {node.name} has {length} lines")
    assert long == []


def test_no_module_hides_another() -> None:
    """A script's folder is first on the path, so a file there hides a library of the same name."""
    for path in SOURCES:
        name = path.parent.name if path.name == "__init__.py" else path.stem
        assert name not in sys.stdlib_module_names, name_of(path)
        if path.name != "__init__.py" or path.parent.parent != ROOT:
            assert name not in PACKAGES, name_of(path)


def test_no_module_is_named_utils() -> None:
    assert [name_of(path) for path in SOURCES if path.stem in {"utils", "util", "helpers", "common", "misc"}] == []


def test_tests_have_no_init() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_pickle() -> None:
    users = {
        name_of(path)
        for path in SOURCES
        if {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}
        & {name.partition(".")[0] for name in imported(tree_of(path))}
    }
    assert users == set()


def test_no_exception_is_swallowed() -> None:
    wrong = []
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else set()
            silent = len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
            if node.type is None or (silent and names & {"Exception", "BaseException", "ImportError"}):
                wrong.append(f"{name_of(path)}:{node.lineno}")
    assert wrong == []


def test_text_files_are_opened_with_an_encoding() -> None:
    wrong = []
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            text = node.func.attr == "write_text" or (node.func.attr == "read_text" and not node.args)
            if text and "encoding" not in {keyword.arg for keyword in node.keywords}:
                wrong.append(f"{name_of(path)}:{node.lineno}")
    assert wrong == []
