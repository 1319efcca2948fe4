from flask.views import MethodView, View


class Base(MethodView):
    init_every_request = False

    def options(self):
        return ""


class Readable:
    def get(self, id=None):
        return ""


class Users(Readable, Base):
    def post(self):
        return ""

    def put(self, id):
        return ""

    def delete(self, id):
        return ""


class Group(Base):
    decorators = []

    def get(self, id):
        return ""

    def patch(self, id):
        return ""


class Listing(View):
    methods = {"GET", "POST"}

    def dispatch_request(self, id):
        return ""


def register_api(app, kind, name):
    app.add_url_rule(f"/{name}/<int:id>", view_func=kind.as_view(f"{name}-item"))
    app.add_url_rule(f"/{name}/", view_func=Listing.as_view(f"{name}-group"), defaults={"id": 0})
