import app as package

flask_app = package.app


@flask_app.route("/more")
def more():
    return ""
