from flask import Flask

import more
from pages import PREFIXES, all_blueprints, by_prefix
from extra import blueprints as extra


def create_app():
    app = Flask(__name__)
    for blueprint in all_blueprints:
        app.register_blueprint(blueprint)
    for blueprint, prefix in by_prefix:
        app.register_blueprint(blueprint, url_prefix=prefix)
    [app.register_blueprint(each) for each in extra]
    for name in ("a", "b"):
        app.add_url_rule(f"/letters/{name}", endpoint=name, view_func=letter)
    for number, prefix in enumerate(PREFIXES):
        app.add_url_rule(prefix + "/number", f"number_{number}", letter)
    for each in list(more.ALL):
        app.register_blueprint(each)
    return app


def letter():
    return ""
