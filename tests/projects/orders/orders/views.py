from flask import Blueprint, current_app, jsonify, request, session
from flask_login import current_user

from orders import tasks
from orders.models import Order, db

bp = Blueprint("shop", __name__)


@bp.post("/orders")
def create():
    order = Order(mail=request.form.get("mail", session.get("mail")))
    db.session.add(order)
    db.session.commit()
    tasks.remind.delay()
    return jsonify(number=order.id), 201


@bp.post("/orders/<int:number>/paid")
def paid(number):
    tasks.confirm.delay(number, request.user_agent.string)
    tasks.confirm.apply_async(args=(number, request.headers.get("X-Agent", "")), countdown=10)
    current_app.logger.info("%s by %s", number, current_user.id)
    return "", 204


@bp.get("/orders/<int:number>")
def order(number):
    found = db.get_or_404(Order, number)
    return jsonify(number=found.id, paid=found.paid)
