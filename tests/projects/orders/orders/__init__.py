from celery import Celery, Task
from flask import Flask

from orders.models import db
from orders.views import bp


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app():
    app = Flask(__name__)
    app.config.from_mapping(
        CELERY={"broker_url": "redis://localhost"},
        SECRET_KEY="not a secret",
        SERVER_NAME="orders.example.com",
        SQLALCHEMY_DATABASE_URI="sqlite://",
    )
    db.init_app(app)
    celery_init_app(app)
    app.register_blueprint(bp)
    return app
