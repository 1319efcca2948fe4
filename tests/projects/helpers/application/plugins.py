from flask import Blueprint


class Plugin:
    def __init__(self, prefix):
        self.prefix = prefix
        self.blueprint = Blueprint("plugin", __name__)
        self.blueprint.add_url_rule("/index", view_func=self.index)

    def init_app(self, app):
        app.register_blueprint(self.blueprint, url_prefix=self.prefix)

    def index(self):
        return ""


class Other:
    def __init__(self, app):
        self.app = app
        app.add_url_rule("/made", "made", self.view)

    def add(self, rule):
        self.app.add_url_rule(rule, "other", self.view)

    def view(self):
        return ""
