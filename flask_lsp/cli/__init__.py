"""The command ``flask-lsp``: ``check`` files, explain a ``rule``, run the ``server``."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import IO, NoReturn

from flask_lsp import __version__

COULD_NOT_RUN = 2
_INTERRUPTED = 130
_HOST = "127.0.0.1"


class Failure(Exception):
    """Nothing can be done; the text tells the user why."""


def run() -> NoReturn:
    """The command as the shell runs it: a process of its own, which leaves when the work is done."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the shell has closed it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as we run
    gc.disable()  # trees are large and hold no cycles: looking for some takes a quarter of a check
    sys.exit(main(leave=_leave))


def _leave(code: int) -> None:
    """Ends the process at once: to take all trees apart takes longer than the system needs to drop them."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _stay(_code: int) -> None:
    pass


def main(arguments: Sequence[str] | None = None, leave: Callable[[int], None] = _stay) -> int:
    """Runs the command and returns its exit code: 0 clean, 1 something is found, 2 could not run, 130 interrupted.

    ``leave`` is called with the code of a check while all that was read is still alive.
    """
    for stream in (sys.stdout, sys.stderr):
        _accept_all_characters(stream)
    try:
        code = _run(_parser().parse_args(arguments), leave)
        sys.stdout.flush()
        return code
    except Failure as failure:
        print(f"flask-lsp: {failure}", file=sys.stderr)
        return COULD_NOT_RUN
    except BrokenPipeError:
        # The reader has seen enough, as with "| head". What Python flushes at exit must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:  # noqa: BLE001 - exit code 1 would say that something is found
        traceback.print_exc()
        print("flask-lsp: this is a mistake in flask-lsp itself: please report it", file=sys.stderr)
        return COULD_NOT_RUN


def _run(options: argparse.Namespace, leave: Callable[[int], None]) -> int:
    if options.command == "check":
        from flask_lsp.cli.check import check  # each command loads only what it needs

        return check(options, leave)
    if options.command == "routes":
        from flask_lsp.cli.routes import routes

        return routes(options)
    if options.command == "rule":
        from flask_lsp.cli.rule import explain

        return explain(options.rule, everything=options.all)
    from flask_lsp.server import serve

    gc.enable()
    try:
        return serve(options.tcp)
    except OSError as error:
        raise Failure(f"the server cannot run: {error.strerror or error}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flask-lsp", description="Finds, explains and repairs Flask mistakes.")
    parser.add_argument("--version", action="version", version=f"flask-lsp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="check files and folders", description=_CHECK, epilog=_EXIT_CODES))
    routes = commands.add_parser("routes", help="list every route", description=_ROUTES)
    routes.add_argument("paths", nargs="*", metavar="PATH", help='files and folders (default: ".")')
    routes.add_argument("--json", action="store_true", help="for other programs")
    rule = commands.add_parser("rule", help="explain a rule", description="Explains a rule, or all of them.")
    which = rule.add_mutually_exclusive_group(required=True)
    which.add_argument("rule", nargs="?", metavar="CODE", help="the code or name of a rule, such as FL501")
    which.add_argument("--all", action="store_true", help="every rule")
    server = commands.add_parser("server", help="run the language server", description="Runs the language server.")
    how = server.add_mutually_exclusive_group()
    how.add_argument("--stdio", action="store_true", help="talk over standard input and output (the default)")
    how.add_argument(
        "--tcp", type=_address, metavar="[HOST:]PORT", help=f"listen on a port, for debugging (HOST: {_HOST})"
    )
    return parser


_CHECK = "Checks the Python files of a Flask project."
_ROUTES = (
    "Lists the routes of each application: methods, URL, endpoint, view, blueprints. An application is open where it "
    "may have more than can be read, and a question mark stands behind what is added under a condition."
)
_EXIT_CODES = "Exit code: 0 nothing found, 1 something is found (with --fix: something remains), 2 could not run."


def _add_check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help='files and folders (default: "."), "-" for standard input')
    add("--select", action="extend", type=_codes, metavar="CODES", help="report only these, e.g. FL4,FL501")
    add("--ignore", action="extend", type=_codes, metavar="CODES", help="do not report these")
    environments = ("production", "development")
    add("--environment", choices=environments, help="whose configuration counts (default: production)")
    add("--fix", action="store_true", help="apply the safe fixes")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: also fixes that need a look")
    add("--diff", action="store_true", help="show what --fix would change, change nothing")
    add("--output-format", choices=("full", "concise", "json"), default="full", help="default: full")
    add("--output-file", metavar="FILE", help="write the findings there instead of standard output")
    add("--stdin-filename", metavar="FILE", help="the file that standard input stands for")
    add("--exit-zero", action="store_true", help="exit with 0 also when something is found")


def _codes(text: str) -> list[str]:
    return [code for code in text.replace(" ", ",").split(",") if code]


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError(f'expected HOST:PORT or PORT, not "{text}"')
    return host.strip("[]") or _HOST, int(port)


def _accept_all_characters(stream: IO[str]) -> None:
    """What a Windows code page cannot show is replaced instead of ending the run; line ends stay what they are."""
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(errors="replace", newline="\n")
