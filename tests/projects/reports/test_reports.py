import unittest

from flask import current_app, session, url_for

from reports import create_app, mail, models
from reports.extensions import db


def test_add(app):
    assert models.add("one") == 1
    assert models.count() == 1


def test_compose(app):
    assert mail.compose("one")["Subject"] == "one"


def test_newest(app):
    models.add("two")
    assert models.newest()[0].title == "two"


def test_visits(bare):
    with bare.test_client() as client:
        client.get("/reports/count")
        assert session["visits"] == 1


def test_urls(bare):
    with bare.test_request_context():
        assert url_for("pages.index") == "/reports/"


def test_count(client):
    assert client.get("/reports/count").json == {"count": 0}


class ReportsTest(unittest.TestCase):
    def setUp(self):
        self.app = create_app(testing=True)
        self.context = self.app.app_context()
        self.context.push()
        db.create_all()

    def tearDown(self):
        db.session.remove()
        self.context.pop()

    def test_config(self):
        self.assertEqual(current_app.config["REPORT_ROWS"], 10)

    def test_models(self):
        models.add("three")
        self.assertEqual(models.count(), 1)
