import json

import pytest

from app import PAGES, app


@pytest.fixture
def client():
    PAGES.clear()
    PAGES.update({"start": "Welcome", "a": "A", "b": "B"})
    return app.test_client()


def test_redirects(client):
    assert client.get("/").location == "/pages/start"
    assert client.get("/pages/none").location == "/pages/none/edit"
    assert client.post("/pages/new/edit", data={"text": "x"}).location == "/pages/new"
    assert PAGES["new"] == "x"


def test_pages(client):
    assert json.loads(client.get("/pages").data) == ["a", "b", "start"]
    assert json.loads(client.get("/pages?first=1&size=1").data) == ["b"]


def test_import(client):
    answer = client.post("/import", json={"c": "C"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/pages/c").text == "C"


def test_seen(client):
    client.get("/pages/a")
    assert json.loads(client.get("/seen").data) == ["a"]


def test_no_text(client):
    assert client.post("/pages/a/edit").status_code == 400
