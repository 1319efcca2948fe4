from flask import Flask

from reports import jobs, pages
from reports.extensions import db, scheduler


def create_app(testing=False):
    app = Flask(__name__)
    app.config.update(SECRET_KEY="not a secret", SQLALCHEMY_DATABASE_URI="sqlite://", MAIL_SERVER="localhost", REPORT_ROWS=10)
    app.config["TESTING"] = testing
    db.init_app(app)
    app.register_blueprint(pages.bp, url_prefix="/reports")
    jobs.register(app)
    scheduler.app = app
    with app.app_context():
        db.create_all()
    return app
