"""Writes every file made from code: ``python scripts/generate.py``; with ``--check`` only tells which are stale."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from flask_lsp import __version__
from flask_lsp.deployment_files import LANGUAGES, PATTERNS
from flask_lsp.rules.documentation import documentation, markdown
from flask_lsp.rules.registry import rules
from flask_lsp.settings import SECTION, Key, keys, schema

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Made by scripts/generate.py. -->\n"
SAMPLE = 3
"""How many findings the README shows."""

Write = Callable[[str, str], None]
"""Takes a path relative to the repository and the whole content of the file."""


def generate(write: Write) -> None:
    write("docs/settings.md", settings_page())
    write("docs/settings.schema.json", json.dumps(schema(), indent=2) + "\n")
    write("docs/protocol.md", protocol_page())
    write("editors/vscode/src/protocol.ts", protocol_types())
    write("editors/vscode/src/deploymentFiles.ts", deployment_files())
    write("editors/vscode/package.json", vscode_manifest())
    write("editors/vscode/package-lock.json", vscode_lock())
    for registered in rules():
        code = registered.rule.code
        write(f"docs/rules/{code}.md", NOTE + "\n" + markdown(code).rstrip() + "\n")
    write("editors/nvim/mason/package.yaml", with_part("editors/nvim/mason/package.yaml", r"pkg:pypi/flask-lsp@(\S+)"))
    emacs = with_part("editors/emacs/flask-lsp.el", r"^;; Version: (\S+)")
    names = " ".join(key.name for key in keys())
    write("editors/emacs/flask-lsp.el", re.sub(r"(?<=dolist \(key '\()[^)]+", names, emacs))
    write("docs/rules/index.md", NOTE + "\n# Rules\n\n" + rules_table(""))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = with_block(readme, "rules", rules_table("docs/rules/"))
    readme = with_block(readme, "routes", f"```text\n$ flask-lsp routes examples\n{said('routes').stdout}```\n")
    write("README.md", with_block(readme, "sample", f"```text\n{sample()}```\n"))


def with_part(path: str, pattern: str) -> str:
    """A file with our version in the group of the pattern."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, path
    return text[: found.start(1)] + __version__ + text[found.end(1) :]


def with_block(text: str, name: str, content: str) -> str:
    """The text with another content between the marks of a block."""
    block = re.compile(rf"(<!-- {name}: made by scripts/generate.py -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return block.sub(lambda found: f"{found[1]}\n{content}\n{found[2]}", text)


def sample() -> str:
    """What the command line says of the examples: the first findings and the last line."""
    done = said("check")
    findings = done.stdout.rstrip("\n").split("\n\n")
    more = ["..."] if len(findings) > SAMPLE else []
    return "$ flask-lsp check examples\n" + "\n\n".join([*findings[:SAMPLE], *more, done.stderr])


def said(command: str) -> subprocess.CompletedProcess[str]:
    """What a command says of the examples."""
    whole = [sys.executable, "-m", "flask_lsp", command, "examples"]
    # What is installed where this runs must not show.
    environ = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    environ |= {"NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(whole, cwd=ROOT, env=environ, capture_output=True, text=True, encoding="utf-8", check=False)


def rules_table(folder: str) -> str:
    lines = ["| code | name | level | finds |", "|---|---|---|---|"]
    for registered in rules():
        rule = registered.rule
        level = rule.level.name.lower() + (" (strict)" if rule.strict else "")
        title = documentation(rule.code).title
        lines.append(f"| [{rule.code}]({folder}{rule.code}.md) | `{rule.name}` | {level} | {title} |")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    parts = [NOTE, "# Settings\n", _ABOUT]
    for key in keys():
        parts.append(f"## `{key.name}`\n\n{key.doc}\n\nDefault: `{json.dumps(key.default)}`\n")
        parts.append(f"```toml\n[tool.{SECTION}]\n{key.name} = {key.example}\n```\n")
    return "\n".join(parts)


_ABOUT = f"""\
The same keys work everywhere: in `[tool.{SECTION}]` of the nearest `pyproject.toml` that has this section, in the
section `{SECTION}` of an editor, and in the `initializationOptions` of a client. The command line is stronger than the
editor, the editor stronger than `pyproject.toml`. A stronger `preset` or `select` takes the place of a weaker `select`,
a stronger `select` also of a weaker `ignore`; otherwise lists and tables add up. `null` means "not set". A key that is
unknown or malformed is named in the log and costs only itself.
"""


def protocol_page() -> str:
    """What the server says beyond the protocol: the names, then the types, with their docstrings."""
    module = ast.parse((ROOT / "flask_lsp/server/protocol.py").read_text(encoding="utf-8"))
    types = [node for node in module.body if isinstance(node, ast.ClassDef)]
    names = {each.name for each in types}
    parts = [NOTE, "# Beyond the protocol\n", _ABOUT_PROTOCOL]
    for _, value, doc in _documented(module.body):
        if isinstance(value, ast.Constant):
            parts.append(f"## `{value.value}`\n\n{_linked(doc, names)}\n")
    for each in types:
        rows = [
            f"| `{name}` | `{ast.unparse(annotation).replace('|', chr(92) + '|')}` | {_linked(doc, names)} |"
            for name, annotation, doc in _documented(each.body)
        ]
        table = "\n".join(["| member | type | |", "|---|---|---|", *rows])
        parts.append(f"## {each.name}\n\n{_linked(ast.get_docstring(each) or '', names)}\n\n{table}\n")
    return "\n".join(parts)


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr, str]]:
    """The names that are bound or declared, with their value or type and the docstring below."""
    for node, after in zip(body, [*body[1:], None], strict=True):
        doc = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.annotation, str(doc)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and doc:
            yield node.targets[0].id, node.value, str(doc)


def _linked(doc: str, names: set[str]) -> str:
    """Markdown of a docstring, on one line, with links to the types that it names."""
    text = " ".join(doc.split()).replace("``", "`")
    return re.sub(
        r"`(\w+)`", lambda found: f"[{found[1]}](#{found[1].lower()})" if found[1] in names else found[0], text
    )


def protocol_types() -> str:
    """The types of that page, for the VS Code extension."""
    module = ast.parse((ROOT / "flask_lsp/server/protocol.py").read_text(encoding="utf-8"))
    parts = ["/** Made by scripts/generate.py. */\n", 'import type { Location } from "vscode-languageclient";\n']
    for each in module.body:
        if isinstance(each, ast.ClassDef):
            optional = "?" * any(keyword.arg == "total" for keyword in each.keywords)
            parts.append(f"export interface {each.name} {{")
            for name, annotation, doc in _documented(each.body):
                comment = [f"    /** {_linked(doc, set())} */"] if doc else []
                parts += [*comment, f"    {name}{optional}: {_typescript(annotation)};"]
            parts.append("}\n")
    return "\n".join([*parts, "export type { Location };\n"])


def _typescript(annotation: ast.expr) -> str:
    match annotation:
        case ast.BinOp(left=left, right=right):
            return f"{_typescript(left)} | {_typescript(right)}"
        case ast.Subscript(slice=inner):  # a list
            return f"{_typescript(inner)}[]"
        case _:
            name = ast.unparse(annotation)
            return {"str": "string", "bool": "boolean", "None": "null"}.get(name, name)


def deployment_files() -> str:
    """The names and languages of the files that say how a project is deployed, for the VS Code extension."""
    lists = (
        ("What their paths match.", "PATTERNS", PATTERNS),
        ("The language ids that tell them by themselves.", "LANGUAGES", tuple(dict(LANGUAGES))),
    )
    parts = ["/** The files that say how a project is deployed. Made by scripts/generate.py. */\n"]
    for doc, name, values in lists:
        lines = "".join(f"    {json.dumps(each)},\n" for each in values)
        parts.append(f"/** {doc} */\nexport const {name}: readonly string[] = [\n{lines}];\n")
    return "\n".join(parts)


def vscode_manifest() -> str:
    """The manifest of the VS Code extension with our version, our languages and our settings."""
    manifest = json.loads((ROOT / "editors/vscode/package.json").read_text(encoding="utf-8"))
    manifest["version"] = __version__
    manifest["activationEvents"] = [f"onLanguage:{language}" for language in ("python", *dict(LANGUAGES))]
    (findings,) = (each for each in manifest["contributes"]["configuration"] if each["title"] == "Findings")
    findings["properties"] = {f"{SECTION}.{key.name}": _vscode_setting(key) for key in keys()}
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def vscode_lock() -> str:
    lock = json.loads((ROOT / "editors/vscode/package-lock.json").read_text(encoding="utf-8"))
    lock["version"] = lock["packages"][""]["version"] = __version__
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"


def _vscode_setting(key: Key) -> dict[str, object]:
    return {**key.schema, "default": key.default, "markdownDescription": key.doc, "scope": "resource"}


_ABOUT_PROTOCOL = """\
The server speaks the [Language Server Protocol](https://microsoft.github.io/language-server-protocol/) and, for editors
that want more, what is described here. Types are written as in Python and travel as JSON: `None` is `null`. Positions
are counted as agreed upon in `initialize`. Members may be added; clients ignore those that they do not know.
"""


def _write(path: str, content: str) -> None:
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content, encoding="utf-8", newline="\n")


def made() -> dict[str, str]:
    """Every generated file with its content."""
    files: dict[str, str] = {}
    generate(files.__setitem__)
    return files


def left() -> list[str]:
    """Pages of rules that are no more."""
    pages = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "rules").glob("*.md"))
    return sorted(set(pages) - set(made()))


def stale() -> list[str]:
    """The generated files that are not what the code makes of them."""
    return sorted([*(path for path, content in made().items() if not _holds(ROOT / path, content)), *left()])


def _holds(path: Path, content: str) -> bool:
    return path.is_file() and path.read_bytes().decode() == content


def main() -> int:
    if "--check" not in sys.argv:
        for path in left():
            (ROOT / path).unlink()
        generate(_write)
        return 0
    wrong = stale()
    if wrong:
        print(f"stale: {', '.join(wrong)}; run: python scripts/generate.py", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
