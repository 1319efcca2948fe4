"""``flask-lsp check``: from options to findings, repaired files and an exit code."""

from __future__ import annotations

import argparse
import difflib
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from flask_lsp.cli import Failure
from flask_lsp.cli.findings import Shown, shown, unparsed_line
from flask_lsp.cli.load import STDIN, Asked, Loader, shown_path
from flask_lsp.cli.output import FORMATS
from flask_lsp.cli.terminal import Progress, painter, plain
from flask_lsp.frozen import frozen
from flask_lsp.project import files
from flask_lsp.rules.fixes import fix_all
from flask_lsp.rules.registry import rules
from flask_lsp.rules.run import check as findings_of
from flask_lsp.settings import merge
from flask_lsp.text import Source

if TYPE_CHECKING:
    from flask_lsp.project.jedi_bridge import Bridge


@frozen()
class _Changed:
    """A document that fixes have changed."""

    document: str
    before: str
    after: str


def check(options: argparse.Namespace, leave: Callable[[int], None]) -> int:
    """Runs the command and returns its exit code. Raises Failure."""
    logging.basicConfig(format="flask-lsp: %(message)s", level=logging.WARNING)
    progress = Progress(sys.stderr)
    try:
        return _Run(options, progress).check(leave)
    finally:
        progress.clear()


class _Run:
    def __init__(self, options: argparse.Namespace, progress: Progress) -> None:
        self._options = options
        self._progress = progress
        self._stdin: files.Content | None = None
        self._bridge: Bridge | None = None

    def check(self, leave: Callable[[int], None]) -> int:
        asked, before = self._settled(self._asked())
        after = before
        changed: list[_Changed] = []
        if self._options.fix or self._options.diff:
            asked, changed = self._fixed(asked)
            asked, after = self._settled(asked)
        code = 1 if (after or (self._options.diff and before)) and not self._options.exit_zero else 0
        self._progress.clear()
        self._output(after, changed)
        for each in asked:
            for document in each.documents:
                if line := unparsed_line(each.project, document):
                    version = ".".join(map(str, sys.version_info[:2]))
                    self._tell(f"{shown_path(document)}:{line}: not Python {version}; nothing is reported there")
        self._tell(self._summary(asked, len(before), len(after)), prefix="")
        leave(code)
        return code

    def _asked(self) -> list[Asked]:
        options = self._options
        if options.unsafe_fixes and not (options.fix or options.diff):
            raise Failure("--unsafe-fixes needs --fix or --diff")
        given = {"select": options.select, "ignore": options.ignore, "config-environment": options.environment}
        overrides = {key: value for key, value in given.items() if value is not None}
        _check_codes(overrides)
        loader = Loader(overrides, self._tell, self._progress.report)
        paths: list[str] = options.paths
        if STDIN not in paths and not (options.stdin_filename and not paths):
            return loader.paths(paths or ["."])
        if len(paths) > 1:
            raise Failure('"-" is standard input and stands alone')
        if sys.stdin is None:  # the shell has closed it
            raise Failure("standard input is closed")
        try:
            self._stdin = files.decode(sys.stdin.buffer.read())
        except files.Unreadable as error:
            raise Failure(f"standard input {error.reason}") from None
        return [loader.text(self._stdin.text, options.stdin_filename)]

    def _settled(self, asked: list[Asked]) -> tuple[list[Asked], list[Shown]]:
        """The projects with all that rules wanted to know of installed packages, and the findings then."""
        while True:
            found = self._findings(asked)
            learned = [self._learned(each) for each in asked]
            if learned == asked:
                return asked, found
            asked = learned

    def _learned(self, asked: Asked) -> Asked:
        project = asked.project
        wanted = project.packages.wanted.take()
        folders = files.site_packages(project.root or "", environment=project.settings.environment) if wanted else ()
        if not folders:
            return asked
        self._progress.report("Looking at packages", 0, 0)
        if self._bridge is None:
            from flask_lsp.project.jedi_bridge import Bridge  # not before something is wanted

            self._bridge = Bridge()
        packages = project.packages
        for known in self._bridge.answers(folders, wanted):
            packages = packages.with_more(known)
        return asked if packages is project.packages else Asked(project.with_packages(packages), asked.documents)

    def _findings(self, asked: Sequence[Asked]) -> list[Shown]:
        found: list[Shown] = []
        total = sum(len(each.documents) for each in asked)
        done = 0
        for each in asked:
            for document in each.documents:
                self._progress.report("Checking", done, total)
                found += (shown(each.project, document, one) for one in findings_of(each.project, document))
                done += 1
        return sorted(found, key=lambda one: one.order)

    def _fixed(self, asked: Sequence[Asked]) -> tuple[list[Asked], list[_Changed]]:
        """The projects with every fix applied, and what that changed; files are written unless a diff is asked for."""
        result: list[Asked] = []
        changed: list[_Changed] = []
        for each in asked:
            project = each.project
            for count, document in enumerate(each.documents):
                self._progress.report("Fixing", count, len(each.documents))
                before = project.files[document].source.text
                after = fix_all(project, document, unsafe=self._options.unsafe_fixes)
                change = _Changed(document, before, after)
                if after != before and (self._options.diff or self._stdin or self._write(change)):
                    project = project.with_text(document, after)
                    changed.append(change)
            result.append(Asked(project, each.documents))
        return result, changed

    def _write(self, change: _Changed) -> bool:
        try:
            content = files.load(change.document)
            if content.text != change.before:
                raise files.Unreadable("has changed since it was read")
            files.write(change.document, change.after, content.encoding)
            return True
        except files.Unreadable as error:
            self._tell(f"{shown_path(change.document)} {error.reason}")
            return False

    def _output(self, findings: Sequence[Shown], changed: Sequence[_Changed]) -> None:
        options = self._options
        if options.diff:
            self._write_out((part for each in changed for part in _diff(each)), sys.stdout)
        elif options.fix and self._stdin:
            # The text is the result; what remains to be said goes beside it.
            text = changed[0].after if changed else self._stdin.text
            sys.stdout.buffer.write(text.encode(self._stdin.encoding))
            self._write_findings(findings, sys.stderr)
        else:
            self._write_findings(findings, sys.stdout)

    def _write_findings(self, findings: Sequence[Shown], stream: IO[str]) -> None:
        options = self._options
        paint = painter(stream) if options.output_file is None else plain
        self._write_out(FORMATS[options.output_format](findings, paint), stream)

    def _write_out(self, parts: Iterator[str], stream: IO[str]) -> None:
        path = self._options.output_file
        if path is None:
            stream.writelines(parts)
            stream.flush()  # before the summary on the other stream
            return
        try:
            with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.writelines(parts)
        except OSError as error:
            raise Failure(f"{path} cannot be written: {error.strerror}") from None

    def _tell(self, line: str, prefix: str = "flask-lsp: ") -> None:
        self._progress.clear()
        print(prefix + line, file=sys.stderr)

    def _summary(self, asked: Sequence[Asked], before: int, after: int) -> str:
        count = sum(len(each.documents) for each in asked)
        where = f"in {count} file{'s' * (count != 1)}"
        if self._options.fix or self._options.diff:
            would = "would be " if self._options.diff else ""
            return f"{before - after} of {_counted(before)} {would}repaired, {after} left {where}"
        return f"{_counted(after)} {where}" if after else f"Nothing found {where}"


def _check_codes(overrides: Mapping[str, list[str] | str]) -> None:
    _, problems = merge(overrides)
    if problems:
        raise Failure("; ".join(problems).replace("flask-lsp.", "--").replace("; this value is not used", ""))
    known = [registered.rule.code for registered in rules()]
    lists = (given for given in overrides.values() if isinstance(given, list))
    for code in (code.upper() for codes in lists for code in codes):
        if not any(each.startswith(code) for each in known):
            near = difflib.get_close_matches(code, known, 1)
            raise Failure(f"there is no rule {code}" + (f", did you mean {near[0]}?" if near else ""))


def _diff(change: _Changed) -> Iterator[str]:
    path = shown_path(change.document)
    before, after = _lines(change.before), _lines(change.after)
    for line in difflib.unified_diff(before, after, path, path):
        yield line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    source = Source(text)
    ends = [*source.line_starts[1:], len(text)]
    return [text[start:end] for start, end in zip(source.line_starts, ends, strict=True) if start < end]


def _counted(count: int) -> str:
    return f"{count} mistake{'s' * (count != 1)}"
