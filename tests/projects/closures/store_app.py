from flask import Flask

from blueprints import backups, construct, tags

app = Flask(__name__, static_folder=None)
store = object()
app.register_blueprint(construct(store), url_prefix="/construct")
app.register_blueprint(tags.construct_blueprint(store), url_prefix="/tags")


def add(datastore):
    backup = backups.Backups(datastore).blueprint()
    app.register_blueprint(backup)

    @app.route("/inner/<name>")
    def inner(name):
        return ""


add(store)
