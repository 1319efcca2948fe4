from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    mail = db.Column(db.String(80))
    paid = db.Column(db.Boolean, default=False)


def unpaid():
    return Order.query.filter_by(paid=False).all()


def pay(number):
    order = db.session.get(Order, number)
    order.paid = True
    db.session.commit()
