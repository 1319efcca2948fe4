from celery import shared_task
from flask import current_app, render_template, url_for

from orders import models


@shared_task
def remind():
    for order in models.unpaid():
        send(order.mail)


@shared_task(ignore_result=True)
def confirm(number, agent):
    models.pay(number)
    current_app.logger.info("order %s was paid with %s", number, agent)


@shared_task
def link(number):
    return url_for("shop.order", number=number, _external=True)


def send(mail):
    text = render_template("mail.txt", shop=current_app.config.get("SHOP"))
    current_app.logger.info("%s to %s", text, mail)
