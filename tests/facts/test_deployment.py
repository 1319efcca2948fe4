"""Facts of deployment files: whatever the text, nothing raises, places are right, and no secret is kept."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.deployment import DeploymentFacts, deployment_facts
from flask_lsp.facts.launching import started, target_of
from flask_lsp.features import deployment as features
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.fixes import fix_all
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings

NAMES: dict[Kind, str] = {
    "dockerfile": "Dockerfile",
    "compose": "compose.yml",
    "procfile": "Procfile",
    "unit": "shop.service",
    "yaml": "k8s/web.yaml",
    "workflow": ".github/workflows/deploy.yml",
    "env": "prod.env",
    "ini": "uwsgi.ini",
    "shell": "start.sh",
}
PIECES = (
    *("FLASK_DEBUG", "=", ": ", '"1"', "1", "'", '"', "\n", "\r\n", "  ", "- ", "{{ x }}", "{% if a %}", "&a "),
    *("*a", "<<: ", "ENV ", "CMD ", "FROM a AS b\n", "[", "]", "{", "}", ", ", "gunicorn ", "shop:create_app"),
    *("flask --app shop run --debug", "python app.py", "\\", "#", "<<EOF", "EOF", "$(", "`", "---\n", "|\n", ">-\n"),
    *("sh -c ", "services:\n", "environment:", "[Service]\n", "ExecStart=", "Environment=", "[uwsgi]\n", "module = "),
    *("\t", "é", "\U0001f600", "\u2028", "\x0c", "\0"),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80)
SECRET = "s3cr3t-value"


def places(facts: DeploymentFacts) -> list[tuple[int, int]]:
    found = [span for each in facts.variables for span in (each.name_span, each.span, each.whole)]
    found += [word.span for each in facts.commands for word in each.words]
    return [*found, *(each.whole for each in facts.commands), *(each.span for each in started(facts))]


@given(st.sampled_from(sorted(NAMES)), TEXT)
def test_any_text_has_facts_with_places_in_it(kind: Kind, text: str) -> None:
    facts = deployment_facts(kind, f"/p/{NAMES[kind]}", "flask " + text)
    for start, end in places(facts):
        assert 0 <= start <= end <= len(text) + 6
    for each in facts.variables:
        assert facts.text[slice(*each.name_span)] == each.name
    for each in started(facts):
        target_of(each)


@given(st.sampled_from(sorted(NAMES)), TEXT)
def test_any_text_can_be_checked_repaired_and_asked(kind: Kind, text: str) -> None:
    document = f"/p/{NAMES[kind]}"
    project = Project("/p", Settings(), Versions()).with_text("/p/shop.py", "def create_app():\n    pass\n")
    project = project.with_text(document, text).with_complete(True)
    for finding in check(project, document):
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    fix_all(project, document, unsafe=True)
    for offset in range(0, len(text) + 1, 7):
        features.hover(project, document, offset)
        features.definition(project, document, offset)
        features.completions(project, document, offset)


SECRETS = {
    "Dockerfile": f"FROM a\nENV SECRET_KEY={SECRET} FLASK_DEBUG=1\nCOPY . .\nCMD A={SECRET} flask run --debug\n",
    "compose.yml": f"services:\n  a:\n    environment:\n      SECRET_KEY: {SECRET}\n      FLASK_DEBUG: 1\n",
    "prod.env": f"FLASK_SECRET_KEY='{SECRET}'\nFLASK_DEBUG=1\nFLASK_ENV=development\n",
    "Procfile": f"web: SECRET_KEY={SECRET} FLASK_DEBUG=1 gunicorn shop:create_app --env KEY={SECRET}\n",
    "shop.service": f"[Service]\nEnvironment=KEY={SECRET} FLASK_DEBUG=1\nExecStart=/bin/gunicorn nothing:{SECRET}x\n",
    "k8s/web.yaml": f"spec:\n  env:\n  - name: KEY\n    value: {SECRET}\n  - name: FLASK_DEBUG\n    value: '1'\n",
}


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_is_kept_or_shown(name: str) -> None:
    document, text = f"/p/{name}", SECRETS[name]
    project = Project("/p", Settings(), Versions()).with_text(
        "/p/shop.py", "from flask import Flask\n\n\ndef create_app():\n    pass\n"
    )
    project = project.with_text(document, text).with_complete(True)
    facts = project.files[document].deployment
    assert SECRET not in str([each.value for each in facts.variables])
    findings = check(project, document)
    assert any(each.rule.code == "FL503" for each in findings)
    said = [each.message for each in findings] + [fix.title for each in findings for fix in each.fixes]
    said += [str(features.hover(project, document, offset)) for offset in range(len(text))]
    assert SECRET not in str(said)


def test_huge_and_nested_files_come_to_an_end() -> None:
    """The timeout of the suite fails what doubles with each step."""
    service = "  s{}:\n    image: x\n    environment:\n      FLASK_DEBUG: '0'\n      A: b\n"
    huge = "services:\n" + "".join(service.format(number) for number in range(4000))
    laughs = "a: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 25))
    deep = "environment: " + "[" * 5000 + "FLASK_DEBUG=1"
    for text in (huge, f"{laughs}environment: *a24\nFLASK_A: 1\n", deep, "FLASK_A=" + "\\\n" * 50_000):
        for kind in get_args(Kind):
            assert deployment_facts(kind, "/p/x", text).text == text


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("env", "export FLASK_APP = 'a:b' # c\nFLASK_DEBUG=\"1\"\nbad line\nFLASK_ENV=x#y\n", ["a:b", "1", "x#y"]),
        ("env", "FLASK_APP=\nFLASK_DEBUG\nFLASK_ENV=$X\n", ["", None, None]),
        (
            "dockerfile",
            "FROM a\nENV FLASK_APP=a\\ b FLASK_ENV=\"x y\" \\\n# no\n  FLASK_DEBUG='1'\n",
            ["a b", "x y", "1"],
        ),
        ("dockerfile", "# escape=`\nFROM a\nENV FLASK_APP=a `\n FLASK_DEBUG=$D\n", ["a", None]),
        ("dockerfile", "FROM a\nRUN <<EOF\nENV FLASK_APP=no\nEOF\nENV FLASK_APP yes it is\n", ["yes it is"]),
        ("compose", "a: {environment: {FLASK_DEBUG: yes, FLASK_ENV: null}}\n", ["yes", "null"]),
        ("compose", "a:\n  environment: ['FLASK_APP=a', \"FLASK_ENV=b c\", FLASK_DEBUG]\n", ["a", "b c", None]),
        (
            "compose",
            "a:\n  environment:\n    FLASK_APP: {{ x }}\n  {{ y }}\n    FLASK_DEBUG: 'a{{ z }}'\n",
            [None, None],
        ),
        ("compose", "a: [\nb\n---\nenvironment:\n  FLASK_APP: shop\n", []),
        *(
            ("compose", f"services:\n  web:\n    environment:\n{lines}", values)
            for lines, values in (  # what is being typed says nothing, all else what it said
                ("      FLASK_DEBUG: 1\n      LOG\n      FLASK_ENV: a\n      FLASK_APP: b\n", ["1", "a", "b"]),
                ("      LOG\n      FLASK_DEBUG: 1\n      FLASK_ENV: a\n", ["1", "a"]),
                ('      FLASK_DEBUG: 1\n      FLASK_APP: "a\n      FLASK_ENV: a\n    command: x\n', ["1", "a"]),
                ("      FLASK_DEBUG: 1\n      FLASK_APP: [a\n      X: a\n    command: x\n", ["1"]),
                ("      FLASK_DEBUG: 1\n    X: a: b\n  db:\n    environment: {FLASK_ENV: a}\n", ["1", "a"]),
            )
        ),
        (
            "unit",
            "[Unit]\nEnvironment=FLASK_APP=no\n[Service]\nEnvironment='FLASK_APP=a b' FLASK_DEBUG=1\n",
            ["a b", "1"],
        ),
        ("shell", "FLASK_APP=a\nexport FLASK_DEBUG=\"1\" FLASK_ENV='$X'\n", ["a", "1", "$X"]),
        ("ini", "[uwsgi]\nenv = FLASK_APP=a\n[other]\nenv = FLASK_DEBUG=1\n", ["a"]),
        ("ini", "[program:web]\nenvironment=FLASK_APP=\"a\",FLASK_DEBUG='1'\n", ["a", "1"]),
    ],
)
def test_variables(kind: Kind, text: str, values: list[str | None]) -> None:
    facts = deployment_facts(kind, "/p/x", text)
    assert [each.value for each in facts.variables if each.name.startswith("FLASK_")] == values
