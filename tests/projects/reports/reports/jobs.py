from flask import current_app

from reports import mail, models
from reports.extensions import scheduler


def nightly():
    with scheduler.app.app_context():
        for report in models.newest():
            mail.deliver(report.title)


def hourly(app):
    with app.app_context():
        current_app.logger.info("%s reports", models.count())


def register(app):
    scheduler.add_job(nightly, "cron", hour=3)
    scheduler.add_job(hourly, "interval", hours=1, args=[app])


@scheduler.scheduled_job("interval", minutes=1)
def every_minute():
    with scheduler.app.app_context():
        current_app.logger.debug("%s reports", models.count())
