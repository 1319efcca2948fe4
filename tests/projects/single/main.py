from flask import Flask
from flask.views import MethodView, View

app = Flask(__name__)
PREFIX = "/v1"
VERSION = 2
USERS = PREFIX + "/users"


@app.route("/")
@app.route("/home", methods=["GET", "POST"])
def index():
    return ""


@app.get("/get")
def get():
    return ""


@app.post("/post")
def post():
    return ""


@app.put("/thing/<int:id>")
@app.patch("/thing/<int:id>")
@app.delete("/thing/<int:id>")
def thing(id):
    return ""


@app.route(USERS)
def users():
    return ""


@app.route(f"{PREFIX}/users/<int:id>", endpoint="user")
def show_user(id):
    return ""


@app.route(f"/v{VERSION}" + "/users")
def more_users():
    return ""


@app.route(rule="/long/", strict_slashes=False, defaults={"page": 1})
@app.route("/long/<int:page>")
def long(page):
    return ""


def by_hand():
    return ""


app.add_url_rule("/by-hand", view_func=by_hand)
app.add_url_rule("/by-hand/2", "second", by_hand, methods=("PUT",))
app.add_url_rule("/nobody", endpoint="nobody")


class Page(View):
    methods = ["GET", "POST"]

    def dispatch_request(self):
        return ""


class Plain(View):
    def dispatch_request(self):
        return ""


class Item(MethodView):
    def get(self):
        return ""

    def delete(self):
        return ""


app.add_url_rule("/page", view_func=Page.as_view("page"))
app.add_url_rule("/plain", view_func=Plain.as_view("plain"))
item = Item.as_view("item")
app.add_url_rule("/item", view_func=item)
app.add_url_rule("/item/<path:rest>", view_func=item, methods=["GET"])


@app.endpoint("nobody")
def nobody():
    return ""


@app.before_request
def before():
    pass


@app.errorhandler(404)
def missing(error):
    return "", 404


if __name__ == "__main__":
    app.run()
