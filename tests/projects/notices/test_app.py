import pytest
from app import SENT, app, sender, visitor, write
from flask import current_app, request, session, url_for


@pytest.fixture
def context():
    with app.app_context():
        yield app


@pytest.fixture
def asked():
    pushed = app.test_request_context("/asked")
    pushed.push()
    yield pushed
    pushed.pop()


@pytest.fixture
def client():
    return app.test_client()


def test_sender(context):
    assert sender() == "desk@example.com"


def test_write(context):
    write("me", "hello")
    assert SENT[-1][0] == "me"


def test_asked(asked):
    assert request.path == "/asked"
    assert visitor() == "somebody"


def test_create(client):
    assert client.post("/notices", data={"to": "me"}).json["sent"] >= 1


def test_session():
    with app.test_client() as client:
        client.post("/notices", data={"to": "me"})
        assert session["name"] == "me"


def test_config():
    with app.app_context():
        assert current_app.config["SENDER"] == "desk@example.com"


def test_url():
    with app.test_request_context():
        assert url_for("index", _external=False) == "/"


def test_export(client):
    assert "/export" in client.get("/export").text


def test_visit(client):
    assert client.post("/visits").status_code == 204
