import pytest

from reports import create_app
from reports.extensions import db


@pytest.fixture
def app():
    app = create_app(testing=True)
    with app.app_context():
        db.create_all()
        yield app
        db.drop_all()


@pytest.fixture
def bare():
    return create_app(testing=True)


@pytest.fixture
def client(bare):
    return bare.test_client()
