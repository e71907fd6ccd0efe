"""Every command in the documents is run by a test, or stands here with the reason why none can run it.

A command that is new or changed in a page fails the first test until a test is marked with it; so does a mark, or an
exception, whose command no page has any more. What finds commands, and what sees that marks are kept, is tested too.
"""

import re
import shlex
import tomllib

import pytest

from synth_assets.cli import _parser
from synth_assets_tests.docs.commands import (
    PAGES,
    ROOT,
    SHELL,
    Documented,
    blocks,
    commands,
    documented_commands,
    marked,
)

OF_CI = {"pip install -c requirements.lock -e '.[dev]'", "python -m pytest -n 2"}
"""What ``.ci/run`` does for every change, from a clean clone: no test could install the project that it is run by."""

NOT_RUN = {
    "pip install -c requirements.lock -e .": "it asks the package registry; with more packages, CI runs it",
    "pip install -e '.[example]'": "it asks the package registry; what it installs, the tests' own packages hold",
    "htpasswd -c /etc/nginx/stewards alice": "it is a program of the web server, asks for a password and needs root",
}
"""Commands that no test runs, each with its reason."""


def sources() -> dict[str, str]:
    """The files of tests, by name."""
    paths = sorted((ROOT / "synth_assets_tests").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_every_command_of_the_documents_is_run_and_nothing_else_is_said_to_be():
    found = documented_commands()
    run = {command for source in sources().values() for command in marked(source)}
    missing = {command: found[command] for command in set(found) - run - OF_CI - set(NOT_RUN)}

    assert missing == {}, "Mark the test that runs it: @pytest.mark.documented(command)"
    assert (run | OF_CI | set(NOT_RUN)) - set(found) == set(), "No page has these."
    assert not run & (OF_CI | set(NOT_RUN)), "A test runs these."


@pytest.mark.parametrize("command", sorted(OF_CI))
def test_ci_runs_what_it_is_said_to_run(command: str):
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    steps = [shlex.split(line)[1:] for line in lines if line.startswith("step ")]
    plain = [" ".join(word for word in step if word != "-q") for step in steps]
    assert any(step.endswith(" ".join(shlex.split(command))) for step in plain)


def test_what_is_installed_by_commands_that_no_test_runs_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {extra for command in NOT_RUN for extra in re.findall(r"\.\[(\w+)\]", command)}
    options = {word for command in NOT_RUN for word in shlex.split(command) if word.endswith(".lock")}

    assert extras == {"example"}
    assert set(project["optional-dependencies"]["example"]) <= set(project["optional-dependencies"]["dev"])
    assert all((ROOT / name).is_file() for name in options)


def test_the_passwords_are_those_that_the_web_server_asks_for():
    [configuration] = [block for language, block in blocks(text("docs/deploy.md")) if language == "nginx"]
    [file] = [shlex.split(command)[2] for command in NOT_RUN if command.startswith("htpasswd ")]
    assert f"auth_basic_user_file {file};" in configuration


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def test_a_block_of_code_says_what_it_is():
    languages = {language for page in PAGES for language, _ in blocks(text(page))}
    assert languages <= {"sh", "text", "python", "yaml", "ini", "nginx"}


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_left_open_and_no_code_in_a_line(page: str):
    assert len(re.findall(r"^ *```", text(page), re.MULTILINE)) == 2 * len(blocks(text(page)))
    lines = re.sub(r"^ *```.*?^ *```", "", text(page), flags=re.MULTILINE | re.DOTALL)
    assert [one for one in re.split(r"\n\s*\n", lines) if one.count("`") % 2] == []


def options(command: str) -> set[str]:
    [subparsers] = [action for action in _parser()._actions if isinstance(action.choices, dict)]
    assert isinstance(subparsers.choices, dict)
    return {name for action in subparsers.choices[command]._actions for name in action.option_strings} - {
        "-h",
        "--help",
    }


def test_the_table_of_options_has_those_of_run():
    assert set(re.findall(r"^\| `(--[a-z-]+)` \|", text("README.md"), re.MULTILINE)) == options("run")


def test_an_option_within_a_line_is_one_of_the_commands():
    known = set().union(
        *(options(command) for command in ("run", "new", "check", "up", "release", "withdraw", "budget"))
    )
    told = {option for page in PAGES for option in re.findall(r"`(--[a-z-]+)", text(page))}
    assert told
    assert told <= known


FENCE = "```"
PAGE = f"""\
Run `synth-assets run`, `KEY=x dg
check defs`, or `dg`; `python` is a word, `start <= end` a rule.

{FENCE}sh
synth-assets new a b.csv   # a comment && more
$ git pull && pip install \\
    -e ".[dev]"; make check | cat
{FENCE}

{FENCE}text
a ─> b
{FENCE}

{FENCE}python
import `make up`
{FENCE}

{FENCE}ini
ExecStart=/somewhere/bin/synth-assets up
ExecStop=/bin/true
{FENCE}

{FENCE}
synth-assets check
{FENCE}
"""


def test_commands_are_found_in_blocks_in_lines_and_in_services():
    assert commands(PAGE) == [
        "synth-assets new a b.csv",
        "git pull",
        "pip install -e '.[dev]'",
        "make check",
        "cat",
        "synth-assets check",
        "synth-assets up",
        "synth-assets run",
        "dg check defs",
    ]
    assert "" in SHELL, "a block that says nothing is no way around"


def test_marks_are_found_and_words_alone_are_not():
    source = """
@pytest.mark.documented("a b", "c")
def test_one(): "pytest.mark.documented('d')"  # @pytest.mark.documented("e")
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.documented("f"))])
def test_two(x): ...
"""
    assert marked(source) == ["a b", "c", "f"]


def test_a_test_is_given_the_words_of_its_own_commands_once():
    documented = Documented(["synth-assets budget NAME", "dg check defs"])

    assert documented("synth-assets budget NAME", {"NAME": "ae"}) == ["synth-assets", "budget", "ae"]
    assert documented.left == ["dg check defs"]
    with pytest.raises(AssertionError, match="not marked with 'synth-assets budget NAME', or runs it twice"):
        documented("synth-assets budget NAME")
    with pytest.raises(AssertionError, match=r"has no word \{'NAME'\}"):
        documented("dg check defs", {"NAME": "ae"})


pytest_plugins = ["pytester"]


def test_a_mark_that_is_not_kept_fails(pytester: pytest.Pytester):
    pytester.makeconftest("from synth_assets_tests.conftest import documented, pytest_runtest_call")
    pytester.makeini("[pytest]\nmarkers = documented")
    pytester.makepyfile("""
        import pytest

        @pytest.mark.documented("dg check defs")
        def test_kept(documented):
            assert documented("dg check defs") == ["dg", "check", "defs"]

        @pytest.mark.documented("dg check defs")
        def test_not_kept(documented): ...

        @pytest.mark.documented("dg check defs")
        def test_without(): ...

        @pytest.mark.documented("dg check defs")
        def test_skipped():
            pytest.skip("because")

        def test_unmarked(documented): ...
    """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=2, skipped=1)
    result.stdout.fnmatch_lines(["*Marked with commands that it does not run: ?'dg check defs'?*"])
