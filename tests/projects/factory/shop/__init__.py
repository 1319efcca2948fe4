from flask import Flask

from shop.extensions import db, login


def create_app(config_name=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_prefixed_env()
    register_extensions(app)
    register_blueprints(app)

    @app.route("/health")
    def health():
        return {}

    app.add_url_rule("/start", endpoint="start", view_func=health)
    return app


def register_extensions(app):
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", "sqlite://")
    db.init_app(app)
    login.init_app(app)


def register_blueprints(app):
    from .auth import bp as auth_bp
    from .blog import blog
    from shop import admin

    app.register_blueprint(auth_bp, url_prefix="/auth")
    app.register_blueprint(blog)
    app.register_blueprint(admin.bp, url_prefix=admin.PREFIX, url_defaults={"tab": "all"})
