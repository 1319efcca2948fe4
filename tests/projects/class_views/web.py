from flask import Flask

from views import Users, register_api, Group

app = Flask(__name__, static_folder=None)
user_view = Users.as_view("users")
app.add_url_rule("/users/", defaults={"id": None}, view_func=user_view, methods=["GET"])
app.add_url_rule("/users/", view_func=user_view, methods=["POST"])
app.add_url_rule("/users/<int:id>", view_func=user_view, methods=["GET", "PUT", "DELETE"])
register_api(app, Group, "groups")
register_api(app, Users, name="members")
