from flask import Blueprint, Flask

app = Flask(__name__, static_url_path="", static_folder="public/")
second = Flask("second", static_folder="some/assets")
one = Blueprint("one", __name__, static_folder="static")
two = Blueprint("two", __name__, static_folder="files", static_url_path="/two-files", url_prefix="/two")
three = Blueprint("three", __name__, "three-static", url_prefix="/three")
outer = Blueprint("outer", __name__, url_prefix="/outer")
outer.register_blueprint(two, url_prefix="/inner")
for each in (one, two, three, outer):
    app.register_blueprint(each)
