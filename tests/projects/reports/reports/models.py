from flask import current_app

from reports.extensions import db


class Report(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80), nullable=False)
    body = db.Column(db.Text, default="")


def newest():
    return Report.query.order_by(Report.id.desc()).limit(current_app.config["REPORT_ROWS"]).all()


def add(title):
    report = Report(title=title)
    db.session.add(report)
    db.session.commit()
    return report.id


def count():
    return db.session.query(Report).count()
