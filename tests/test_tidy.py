"""The rules of the house that reading alone can check: sizes, names, docstrings, dead files,
templates without inline script or style, and translations that exist in both languages.

What ruff, mypy, import-linter and tsc check is not here. Each test lists every offender.
"""

import ast
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

REPOSITORY = Path(__file__).parent.parent
ROOMS = ("labels", "server", "sync")

PYTHON_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
JAVASCRIPT_LINES_MAX = 200
TEMPLATE_LINES_MAX = 80
TEST_LINES_MAX = 500
LINE_CHARACTERS_MAX = 100
IMAGE_BYTES_MAX = 2_000_000

FREE_LENGTH = {".json", ".lock", ".md", ".svg", ".toml", ".txt", ".yaml", ".yml"}
VAGUE_NAMES = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}

# Where a program begins: nothing imports these, something starts them. What the build writes of
# the templates imports liquid.js.
PYTHON_ENTRIES = {"server.app", "server.cli"}
JAVASCRIPT_ENTRIES = (
    "pwa/src/page.js",
    "pwa/src/render/liquid.js",
    "pwa/src/scan/decoder.js",
    "pwa/src/sw.js",
)
ALEMBIC = re.compile(r"/migrations/(env\.py$|versions/)")

JAVASCRIPT_IMPORT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew\s+URL\(\s*)["'](\.{1,2}/[^"']+)["']"""
)
TRANSLATED = re.compile(r"""(["'])([\w.-]+)\1\s*\|\s*t\b""")
INLINE = {
    "a script of its own": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"""\sstyle\s*=\s*["'{]""", re.IGNORECASE),
    "an event attribute": re.compile(r"""\s(?:hx-)?on[a-z:-]+\s*=\s*["'{]""", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:|[\"']js:", re.IGNORECASE),
    "a trigger filter": re.compile(r"""hx-trigger\s*=\s*["'][^"']*\["""),
}


@cache
def repository_files() -> tuple[PurePosixPath, ...]:
    """Every file that is or would be committed, as a path from the repository's root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    )
    names = sorted(name for name in set(listed.stdout.split("\0")) if name)
    return tuple(PurePosixPath(name) for name in names if (REPOSITORY / name).is_file())


def files(*suffixes: str, inside: Iterable[str] = ("",)) -> list[PurePosixPath]:
    """The repository's files with one of the suffixes, in one of the folders."""
    folders = tuple(f"{folder}/" if folder else "" for folder in inside)
    return [
        path
        for path in repository_files()
        if path.suffix in suffixes and str(path).startswith(folders)
    ]


@cache
def text(path: PurePosixPath) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


@cache
def parsed(path: PurePosixPath) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def line_count(path: PurePosixPath) -> int:
    return len(text(path).splitlines())


def is_test(path: PurePosixPath) -> bool:
    return path.parts[0] == "tests"


def longer_than(lines_max: int, paths: Iterable[PurePosixPath]) -> list[str]:
    return [
        f"{path}: {line_count(path)} lines, at most {lines_max}"
        for path in paths
        if line_count(path) > lines_max
    ]


def no(offences: Iterable[str]) -> None:
    """Fail with the whole list, so that one run shows all there is to do."""
    listed = list(offences)
    if listed:
        pytest.fail("\n".join(listed), pytrace=False)


def test_every_python_module_says_what_lives_in_it():
    no(
        f"{path}: no module docstring"
        for path in files(".py")
        if not ast.get_docstring(parsed(path)) and text(path).strip()
    )


def test_every_folder_of_modules_is_a_package():
    """Without `__init__.py` import-linter does not see a folder and lets everything pass."""
    folders = {path.parent for path in files(".py", inside=ROOMS) if not ALEMBIC.search(str(path))}
    no(
        f"{folder}: no __init__.py"
        for folder in sorted(folders)
        if folder / "__init__.py" not in repository_files()
    )


def test_python_modules_are_short():
    no(longer_than(PYTHON_LINES_MAX, [path for path in files(".py") if not is_test(path)]))


def test_javascript_files_are_short():
    scripts = files(".js", ".mjs")
    no(longer_than(JAVASCRIPT_LINES_MAX, [path for path in scripts if not is_test(path)]))


def test_templates_are_short():
    no(longer_than(TEMPLATE_LINES_MAX, files(".liquid")))


def test_test_files_are_short():
    no(longer_than(TEST_LINES_MAX, files(".js", ".mjs", ".py", inside=["tests"])))


def test_functions_are_short():
    no(
        f"{path}:{node.lineno} {node.name}: {lines} lines, at most {FUNCTION_LINES_MAX}"
        for path in files(".py", inside=ROOMS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    )


def test_lines_are_short():
    no(
        f"{path}:{number}: {len(line)} characters, at most {LINE_CHARACTERS_MAX}"
        for path in repository_files()
        if path.suffix not in FREE_LENGTH and is_text(path)
        for number, line in enumerate(text(path).splitlines(), start=1)
        if len(line) > LINE_CHARACTERS_MAX
    )


def test_no_name_is_vague():
    no(
        f"{path}: '{word}' says nothing"
        for path in repository_files()
        if path.parts[0] != "docs"
        for word in sorted(VAGUE_NAMES & set(re.split(r"[/._-]", str(path).lower())))
    )


def test_no_python_module_is_dead():
    modules = {module_name(path): path for path in files(".py", inside=ROOMS)}
    reached: set[str] = set()
    waiting = {name for name in modules if is_python_entry(name, modules[name])}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        found = set(modules_named_in(modules[name])) & modules.keys()
        waiting |= with_packages(found) & modules.keys() - reached
    no(
        f"{path}: nothing that runs imports it"
        for name, path in modules.items()
        if name not in reached and path.name != "__init__.py"
    )


def test_no_javascript_module_is_dead():
    modules = set(files(".js", inside=["pwa/src"]))
    reached: set[PurePosixPath] = set()
    waiting = {PurePosixPath(entry) for entry in JAVASCRIPT_ENTRIES} & modules
    while waiting:
        path = waiting.pop()
        reached.add(path)
        waiting |= set(scripts_imported_by(path)) & modules - reached
    no(f"{path}: no entry point reaches it" for path in sorted(modules - reached))


def test_no_template_is_dead():
    sources = [
        *files(".py", inside=["server"]),
        *files(".js", inside=["pwa/src"]),
        *files(".liquid", ".yaml", inside=["server"]),
    ]
    no(
        f"{path}: no page and no template mentions it"
        for path in files(".liquid")
        if not any(mentions_template(source, path) for source in sources if source != path)
    )


def test_templates_have_no_inline_script_or_style():
    no(
        f"{path}:{text(path).count(chr(10), 0, match.end()) + 1}: {what}"
        for path in files(".liquid", ".html")
        for what, pattern in INLINE.items()
        for match in pattern.finditer(text(path))
    )


def test_both_languages_have_the_same_keys():
    chinese, english = locale_keys("zh_CN"), locale_keys("en")
    no(
        [
            *(f"{key}: only in zh_CN.json" for key in sorted(chinese - english)),
            *(f"{key}: only in en.json" for key in sorted(english - chinese)),
        ]
    )


def test_every_translated_key_exists():
    keys = locale_keys("zh_CN") | locale_keys("en")
    no(
        f"{path}:{number}: '{match[2]}' is in no language"
        for path in files(".liquid")
        for number, line in enumerate(text(path).splitlines(), start=1)
        for match in TRANSLATED.finditer(line)
        if match[2] not in keys
    )


def test_no_test_sleeps():
    no(
        f"{path}:{node.lineno}: waits for time instead of for what must happen"
        for path in files(".py", inside=["tests"])
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep"}
    )


def test_no_lock_names_a_registry():
    no(
        f"{path}:{number}: {line.strip()}"
        for path in repository_files()
        if path.suffix == ".lock" or path.name == "package-lock.json"
        for number, line in enumerate(text(path).splitlines(), start=1)
        if re.search(r'"resolved":|--(extra-)?index-url|--find-links|@ (https?|file):', line)
    )


def test_no_big_file_is_committed():
    no(
        f"{path}: {size} bytes, at most {IMAGE_BYTES_MAX}"
        for path in repository_files()
        if (size := (REPOSITORY / path).stat().st_size) > IMAGE_BYTES_MAX
    )


def is_text(path: PurePosixPath) -> bool:
    return b"\0" not in (REPOSITORY / path).read_bytes()[:4096]


def module_name(path: PurePosixPath) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_python_entry(name: str, path: PurePosixPath) -> bool:
    return name in PYTHON_ENTRIES or path.stem == "__main__" or bool(ALEMBIC.search(str(path)))


def modules_named_in(path: PurePosixPath) -> Iterator[str]:
    """Modules that a file imports, or names in a string as `package.module` or with `:name`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.partition(":")[0]


def with_packages(names: Iterable[str]) -> set[str]:
    """The modules and the packages above them, whose `__init__` runs first."""
    return {
        ".".join(name.split(".")[:depth])
        for name in names
        for depth in range(1, name.count(".") + 2)
    }


def scripts_imported_by(path: PurePosixPath) -> Iterator[PurePosixPath]:
    for match in JAVASCRIPT_IMPORT.finditer(text(path)):
        target = (REPOSITORY / path.parent / match[1]).resolve()
        if target.is_relative_to(REPOSITORY):
            yield PurePosixPath(target.relative_to(REPOSITORY).as_posix())


def mentions_template(source: PurePosixPath, template: PurePosixPath) -> bool:
    """A template is named from server/templates, in quotes, with or without its suffix."""
    name = str(template).removeprefix("server/templates/").removesuffix(".liquid")
    return bool(re.search(rf"""["'`]{re.escape(name)}(\.liquid)?["'`]""", text(source)))


def locale_keys(language: str) -> set[str]:
    """All keys of a language, dotted where they nest; none while the file is not there."""
    path = REPOSITORY / "server" / "locale" / f"{language}.json"
    if not path.exists():
        return set()
    return set(dotted(json.loads(path.read_text("utf-8"), object_pairs_hook=each_once)))


def each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of two messages under one key nobody would ever see the first."""
    keys = [key for key, _ in pairs]
    twice = {key for key in keys if keys.count(key) > 1}
    assert not twice, f"twice in one place: {twice}"
    return dict(pairs)


def dotted(tree: dict[str, object], above: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from dotted(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"
