import pytest

from shop import create_app
from shop.db import db


@pytest.fixture
def client():
    app = create_app()
    with app.app_context():
        db.create_all()
        yield app.test_client()
        db.session.remove()
        db.drop_all()


def test_items(client):
    assert client.post("/shop/items", json={"name": "pen"}).location == "/shop/items/1"
    assert client.post("/shop/items", json={"name": "ink"}).status_code == 302
    assert client.get("/shop/items").json == ["ink", "pen"]
    assert client.get("/shop/items?size=1").json == ["ink"]
    assert client.get("/shop/items/1").json == {"name": "pen", "all": "/shop/items"}


def test_missing(client):
    answer = client.get("/shop/items/7")
    assert answer.status_code == 404
    assert "no such item" in answer.text
    assert client.post("/shop/items", json={}).status_code == 400
    assert client.post("/shop/items").status_code == 400
