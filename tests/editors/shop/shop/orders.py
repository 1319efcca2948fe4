"""What customers do with products: look at them, put them into the cart, order them."""

import json

from flask import Blueprint, redirect, request, session, url_for

from shop.models import Product

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.route("/products")
def products():
    page = int(request.args.get("page", 1))
    found = Product.query.paginate(page=page)
    return json.dumps([product.name for product in found])


@bp.route("/cart/<int:product_id>", methods=["POST"])
def add_to_cart(product_id):
    session.setdefault("cart", [])
    session["cart"].append(product_id)
    return redirect("/orders/products")


@bp.route("/thanks")
def thanks():
    amount = int(request.args.get("amount", "0"))
    return redirect(url_for("index", amount=amount))
