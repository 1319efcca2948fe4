from flask import Flask

from shop.db import db
from shop.pages import bp


def create_app(uri="sqlite://"):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = uri
    db.init_app(app)
    app.register_blueprint(bp, url_prefix="/shop")
    return app
