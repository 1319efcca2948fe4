from typing import TYPE_CHECKING

from flask import Flask

import module

if TYPE_CHECKING:
    from flask import Blueprint


def create_site() -> Flask:
    app: Flask = Flask(__name__, static_folder=None)
    bp = module.blueprint("site")
    extra = module.blueprint("extra")
    app.register_blueprint(bp)
    app.register_blueprint(extra, url_prefix="/extra")
    with app.app_context():
        from inner import bp as inner_bp

        app.register_blueprint(inner_bp)
    return app
