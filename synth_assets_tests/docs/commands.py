"""The commands in the documents: found in their text, and handed to the tests that run them.

A test that runs a command of a page is marked with it, ``@pytest.mark.documented("dg check defs")``, and asks the
fixture ``documented`` for its words. ``test_commands`` compares the marks with the pages, and ``conftest`` fails a test
that is marked with a command and passes without having asked for it.
"""

import ast
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))]
MARK = "documented"
SHELL = {"", "sh", "bash", "shell", "console"}
"""Languages of blocks whose lines are commands; a block that names none is one of them, a drawing is ``text``."""
PROGRAMS = {
    *("synth-assets", "dg", "dagster", "dagster-webserver", "dagster-daemon"),
    *("python", "python3", "pip", "uv", "uvx", "pipx", "make", "pytest", "ruff", "pyrefly", "lint-imports"),
    *(
        "sh",
        "bash",
        "sudo",
        "apt",
        "apt-get",
        "systemctl",
        "docker",
        "git",
        "curl",
        "cp",
        "mv",
        "rm",
        "mkdir",
        "export",
    ),
    *("htpasswd", "nginx", "psql", "pg_dump", "sqlite3", "crontab"),
}
"""What the first word of code within a line is where it is a command."""

_FENCED = re.compile(r"^ *```(\S*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_SET = re.compile(r"^(?:[A-Z_]+=\S* )+")
_SERVICE = re.compile(r"^ExecStart=(.+)$", re.MULTILINE)


def blocks(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language, which may be "", and content."""
    return _FENCED.findall(text)


def commands(text: str) -> list[str]:
    """The commands of a page, each in one line with its words quoted as a shell would need; without repetition.

    >>> commands('Run `synth-assets run`, or `dg  dev`.')
    ['synth-assets run', 'dg dev']
    """
    found = [command for language, block in blocks(text) if language in SHELL for command in _of_lines(block)]
    found += [command for language, block in blocks(text) if language == "ini" for command in _of_service(block)]
    return list(dict.fromkeys([*found, *_within_lines(_FENCED.sub("\n\n", text))]))


def _of_lines(block: str) -> Iterator[str]:
    for line in block.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars="&|;")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if set(word) <= set("&|;"):
                if words:
                    yield shlex.join(words)
                words = []
            else:
                words.append(word)


def _of_service(block: str) -> Iterator[str]:
    """What a service starts; the folder that a program is in is the machine's."""
    for command in _SERVICE.findall(block):
        program, *words = shlex.split(command)
        yield shlex.join([Path(program).name, *words])


def _within_lines(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        for code in _INLINE.findall(paragraph):
            plain = _SET.sub("", " ".join(code.split()))
            first, _, rest = plain.partition(" ")
            if first in PROGRAMS and rest:
                yield shlex.join(shlex.split(plain))


def documented_commands() -> dict[str, list[str]]:
    """Every command of the documents, with the pages that have it."""
    found: dict[str, list[str]] = {}
    for page in PAGES:
        for command in commands((ROOT / page).read_text(encoding="utf-8")):
            found.setdefault(command, []).append(page)
    return found


def marked(source: str) -> list[str]:
    """The commands that tests in a file are marked with."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    marks = [call for call in calls if ast.unparse(call.func) == f"pytest.mark.{MARK}"]
    return [str(word.value) for mark in marks for word in mark.args if isinstance(word, ast.Constant)]


class Documented:
    """The commands that one test is marked with, as the pages have them.

    Attributes:
        left: Those that the test has not asked for yet.
    """

    def __init__(self, marks: Sequence[str]) -> None:
        """Of a test with these marks."""
        self.left = list(marks)

    def __call__(self, command: str, values: Mapping[str, str] | None = None) -> list[str]:
        """The words of a command, for the test to run.

        Args:
            command: As a page has it, and as the test is marked.
            values: What to put in the place of words that stand for something: ``{"NAME": "visits"}``.
        """
        assert command in self.left, f"The test is not marked with {command!r}, or runs it twice."
        words, values = shlex.split(command), values or {}
        assert set(values) <= set(words), f"{command!r} has no word {set(values) - set(words)}."
        self.left.remove(command)
        return [values.get(word, word) for word in words]
