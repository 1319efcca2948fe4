from flask.views import MethodView
from flask_smorest import Blueprint

blp = Blueprint("pets", "pets", url_prefix="/pets", description="Pets")


@blp.route("/")
class Pets(MethodView):
    @blp.response(200)
    def get(self):
        return []

    def post(self):
        return {}


@blp.route("/<int:id>")
class PetById(MethodView):
    def get(self, id):
        return {}


@blp.route("/count", methods=["GET"])
@blp.response(200)
def count():
    return {}
