"""What rules about deployment files share: which of it production runs, and how repairs are written there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from flask_lsp.deployment_files import says_development, says_production
from flask_lsp.facts.deployment import Command, DeploymentFacts, Variable, Where
from flask_lsp.facts.shell import Word
from flask_lsp.project.deployment import programs_in, scripts_of
from flask_lsp.project.project import Project
from flask_lsp.rules.base import Fix
from flask_lsp.rules.context import Context
from flask_lsp.rules.editing import Editing
from flask_lsp.text import Source, Span

if TYPE_CHECKING:
    from flask_lsp.facts.launching import Started

_LEADS = re.compile(r"[ \t]*(?:-[ \t]+|(?:ENV|export|set)[ \t]+|Environment=)?[\"']?", re.IGNORECASE)
_TRAILS = re.compile(r"[\"']?[ \t]*(?:#.*)?")
"""What may stand before and behind a variable on a line that is there for it alone."""
_KEY = re.compile(r"\s*(?:environment|env|env_variables|envVars):\s*")


class Role(Enum):
    """For whom something is said."""

    PRODUCTION = 1
    DOUBTFUL = 2
    """The sources of this machine are seen inside: probably where somebody develops."""
    DEVELOPMENT = 3


def role(said: Variable | Command, facts: DeploymentFacts, ctx: Context) -> Role:
    """Who runs what a file says."""
    if said.conditional or said.where.development or not ctx.ask(is_for_production):
        return Role.DEVELOPMENT
    if facts.kind == "shell" and not ctx.ask(is_started):
        return Role.DEVELOPMENT
    return Role.DOUBTFUL if said.where.mounts and ctx.ask(mounts_sources, said.where) else Role.PRODUCTION


def is_for_production(project: Project, document: str) -> bool:
    """Nothing about a file says that it is for development, for tests or to look at. A question for ``Context.ask``."""
    path = project.path(document)
    name, kind = path.rpartition("/")[2], project.files[document].kind
    if says_production(name):
        return not says_development(name)
    parts = [part for part in path.split("/") if kind != "yaml" or part != "templates"]  # Helm keeps manifests there
    if kind == "env" or any(map(says_development, parts)):
        return False
    folder = document.rpartition("/")[0]
    others = (other for other, file in project.files.items() if file.kind == kind and other != document)
    siblings = [other.rpartition("/")[2] for other in others if other.rpartition("/")[0] == folder]
    return kind not in ("compose", "dockerfile") or not any(map(says_production, siblings))


def is_started(project: Project, document: str) -> bool:
    """Another deployment file runs the script. A question for ``Context.ask``."""
    name = document.rpartition("/")[2]
    return any(name in each for each in project.parts(scripts_of).values())


def mounts_sources(project: Project, document: str, where: Where) -> bool:
    """A container sees a folder with Python files of this machine. A question for ``Context.ask``."""
    import posixpath

    here = document.rpartition("/")[0]
    for mount in where.mounts:
        folder = posixpath.normpath(f"{here}/{mount}") if mount[:1] == "." else here
        if any(other.startswith(f"{folder}/") and other.endswith(".py") for other in project.files):
            return True
    return False


def variables_of(
    facts: DeploymentFacts, ctx: Context, wanted: Mapping[str, Callable[[Variable], bool]]
) -> Iterator[tuple[Variable, Role]]:
    """The variables that the file sets, before a command too, and for whom: those of some names, each as far as it is
    wanted. Who decides may ask for no place."""
    for name, is_wanted in wanted.items():
        for variable in facts.named(name, is_wanted):
            yield variable, role(variable, facts, ctx)

    def among(variable: Variable) -> bool:
        return variable.name in wanted and wanted[variable.name](variable)

    for each in programs(facts, ctx, lambda each: any(map(among, each.sets))):
        for variable in filter(among, each.sets):
            yield variable, role(each.command, facts, ctx)


def placed(variable: Variable) -> Span:
    """Where to speak of a variable: at its name and value where they stand side by side, else at its value."""
    if 0 < variable.span.start - variable.name_span.end < 4:
        return Span(variable.name_span.start, variable.span.end)
    return variable.span if variable.span.end > variable.span.start else variable.name_span


def programs(facts: DeploymentFacts, ctx: Context, wanted: Callable[[Started], bool]) -> Iterator[Started]:
    """What the file starts, as far as it is wanted: most is not, and need not be placed. Who decides may ask for no
    place."""
    assert ctx.file.deployment is facts
    for one in programs_in(ctx.file):
        if any(wanted(each) for each in one.said):
            yield from (each for each in one.placed if wanted(each))


# -- repairs -----------------------------------------------------------------------------------------------------------


def remove_variable(variable: Variable, ctx: Context) -> list[Fix]:
    """The fix that takes out a variable, if it can be taken out."""
    gone = removal(variable, ctx.file.source)
    if gone is None:
        return []

    def remove(editing: Editing) -> None:
        editing.delete(gone)

    return [Fix(f"Remove `{variable.name}`", False, remove)]


def removal(variable: Variable, source: Source) -> Span | None:
    """What has to go so that a variable is gone: the lines that are there for it alone, or a part of one. Nothing where
    what is left would be another thing."""
    start, end = variable.whole
    first, last = source.line_at(start), source.line_at(max(end - 1, start))
    begin, stop = source.line_starts[first], source.line_span(last).end
    before, after = source.text[begin:start], source.text[end:stop]
    if not before.strip() and 0 <= variable.begin < begin:  # a line of an instruction
        return Span(begin, source.line_starts[last + 1]) if after.strip() == "\\" else None
    if _LEADS.fullmatch(before) and _TRAILS.fullmatch(after):
        header = _header(source, first, last)
        if header is None:
            return None
        following = source.line_starts[last + 1] if last + 1 < source.line_count else stop
        return Span(source.line_starts[header], following)
    if before.strip() and not before.rstrip().endswith((":", "=", "-", "[", "{", ",")):
        return Span(start - (len(before) - len(before.rstrip())), end)
    if after[:1] == " " and not after.strip().startswith(("\\", "#")) and after.strip():
        return Span(start, end + len(after) - len(after.lstrip(" ")))
    return None


def _header(source: Source, first: int, last: int) -> int | None:
    """The line to begin with: that of the key above where lines are all it holds; nothing where that is more than a
    key."""
    above = next((at for at in range(first - 1, -1, -1) if source.line_text(at).strip()), None)
    if above is None or not re.search(r":(?:\s+&\S+)?\s*$", source.line_text(above)):
        return first
    below = next((at for at in range(last + 1, source.line_count) if source.line_text(at).strip()), None)
    inner, outer = _indent(source, first), _indent(source, above)
    next_ = _indent(source, below) if below is not None else -1
    beside = below is not None and source.line_text(below).lstrip().startswith("- ")
    if outer > inner or (next_ >= inner and (next_ > outer or beside)):
        return first
    return above if _KEY.fullmatch(source.line_text(above)) else None


def _indent(source: Source, line: int) -> int:
    text = source.line_text(line)
    return len(text) - len(text.lstrip())


def remove_word(word: Word, command: Command, editing: Editing) -> None:
    """Takes a word out of a command, with what separates it from its neighbours."""
    text, words = editing.file.source.text, command.words
    at = next((number for number, each in enumerate(words) if each.span == word.span), None)
    if at is None and "\n" not in text[word.span.start - 1 : word.span.start]:  # inside of ``sh -c "..."``
        lead = 1 if text[word.span.start - 1 : word.span.start] == " " else 0
        editing.delete(Span(word.span.start - lead, word.span.end))
    elif at is not None and at > 0 and words[at - 1].span.end <= word.span.start:
        editing.delete(Span(words[at - 1].span.end, word.span.end))
    else:
        editing.impossible = True


def rewrite(first: Span, last: Span, words: list[str], command: Command, editing: Editing) -> None:
    """Puts other words in the place of those from ``first`` to ``last``, written as these are."""
    text = editing.file.source.text
    if not command.listed or _inside(first, command) is not None:
        editing.replace(Span(first.start, last.end), " ".join(words))
        return
    inside = [word for word in command.words if first.start <= word.span.start and word.span.end <= last.end]
    gaps = {text[one.span.end : two.span.start] for one, two in pairwise(inside)}
    if all(re.fullmatch(r" *, *", gap) for gap in gaps):
        gaps = {", "} if len(gaps) != 1 else gaps
    if len(gaps) != 1 or inside[0].span.start != first.start:
        editing.impossible = True  # the words stand in more than one list
        return
    quote = text[first.start] if text[first.start] in "\"'" else ""
    editing.replace(Span(first.start, last.end), gaps.pop().join(f"{quote}{word}{quote}" for word in words))


def in_shell(text: str, command: Command, at: Span) -> str:
    """The quotes that a word needs at a place of a command so that a shell hands it over as it is."""
    word = _inside(at, command)
    if command.listed and word is None:
        return ""
    if word is not None:
        return '"' if text[word.span.start] == "'" else "'"
    line = text[text.rfind("\n", 0, at.start) + 1 : at.start]
    return '"' if line.count("'") % 2 else "'"


def _inside(span: Span, command: Command) -> Word | None:
    """The word of a list in which a place stands as a part of a longer line: of ``sh -c "..."``."""
    return next((word for word in command.words if word.span.contains(span) and " " in word.text), None)
