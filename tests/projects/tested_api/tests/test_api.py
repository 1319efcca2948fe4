import pytest

from api import Notes, make


@pytest.fixture
def client():
    Notes.notes.clear()
    return make().test_client()


def test_notes(client):
    answer = client.post("/notes", json={"text": "a"})
    assert answer.location == "/notes/0"
    client.post("/notes", json={"text": "b"})
    assert client.get("/notes").json == [{"text": "a"}, {"text": "b"}]
    assert client.get("/notes?start=1").json == [{"text": "b"}]
    assert client.get("/notes/0", headers={"X-Key": "k"}).json == {"note": {"text": "a"}, "key": "k"}
    assert client.get("/none").location == "/notes"


def test_sum(client):
    assert client.post("/sum", json={"a": 1, "b": 2}).json == {"sum": 3}
    assert client.post("/sum", data="x").status_code == 400
