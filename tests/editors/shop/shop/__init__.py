"""A small shop: the application, and what it is made of."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from shop import orders
from shop.models import Product

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db = SQLAlchemy(app)

app.register_blueprint(orders.bp)


@app.route("/")
def index():
    return {"products": [product.name for product in Product.query]}
