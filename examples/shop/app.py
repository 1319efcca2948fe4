"""A small shop with the mistakes that the guides to Flask warn of. Do not learn from it."""

import json

from flask import Flask, redirect, render_template, request, session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

app = Flask(__name__)
app.secret_key = "dev"
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db = SQLAlchemy(app)


class Product(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), unique=True, nullable=False)


db.create_all()


@app.route("/login")
def login():
    return render_template("login.html")


@app.route("/products")
def products():
    page = int(request.args.get("page", 1))
    found = db.paginate(db.select(Product).order_by(Product.name), page=page)
    return json.dumps([product.name for product in found])


@app.route("/products", methods=["POST"])
def add_product():
    if "user" not in session:
        return redirect("/login")
    db.session.add(Product(name=request.form["name"]))
    try:
        db.session.commit()
    except IntegrityError:
        existing = db.session.execute(db.select(Product).limit(1)).scalar_one()
        return render_template("taken.html", product=existing), 409
    return redirect("/products")


@app.route("/cart/<int:product_id>", methods=["POST"])
def add_to_cart(product_id):
    session.setdefault("cart", [])
    session["cart"].append(product_id)
    return "", 204


app.run(debug=True)
