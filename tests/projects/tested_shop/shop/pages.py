import json

from flask import Blueprint, Response, abort, redirect, request, url_for
from sqlalchemy.exc import IntegrityError

from shop.db import Item, db

bp = Blueprint("pages", __name__)


@bp.route("/items")
def items():
    size = int(request.args.get("size", 20))
    found = Item.query.order_by(Item.name).limit(size)
    return Response(json.dumps([item.name for item in found]), status=200, mimetype="application/json")


@bp.route("/items/<int:number>")
def item(number):
    found = Item.query.get(number)
    if found is None:
        return json.dumps({"error": "no such item"}), 404
    return {"name": found.name, "all": url_for(".items")}


@bp.route("/items", methods=["POST"])
def create():
    data = request.get_json(silent=True) or {}
    if "name" not in data:
        abort(400)
    new = Item(name=data["name"])
    db.session.add(new)
    try:
        db.session.commit()
    except IntegrityError:
        return {"error": "there already", "count": Item.query.count()}, 409
    return redirect(f"/shop/items/{new.id}")
