from flask import Blueprint, Flask
from flask_restx import Api, Resource

from users import ns as users_ns

app = Flask(__name__, static_folder=None)
blueprint = Blueprint("api", __name__, url_prefix="/api")
api = Api(blueprint, version="1.0")
api.add_namespace(users_ns)
posts = api.namespace("posts", description="Posts")


@posts.route("/", "/all")
class PostList(Resource):
    @posts.doc("list")
    def get(self):
        return []


@posts.route("/<int:id>", endpoint="one_post")
class Post(Resource):
    def get(self, id):
        return {}


@api.route("/status")
class HTTPStatus(Resource):
    def get(self):
        return {}


app.register_blueprint(blueprint)
