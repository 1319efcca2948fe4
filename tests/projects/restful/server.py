from flask import Blueprint, Flask
from flask_restful import Api, Resource

from resources import Item, Items, setup

app = Flask(__name__, static_folder=None)
api = Api(app, prefix="/api")
api.add_resource(Items, "/items", "/all-items")
api.add_resource(Item, "/items/<int:id>", endpoint="item")


@api.resource("/hello")
class HelloWorld(Resource):
    def get(self):
        return {}


bp = Blueprint("v2", __name__, url_prefix="/v2")
second = Api(bp)
second.add_resource(Item, "/items/<int:id>")
app.register_blueprint(bp)
late = Api()
setup(late)
late.init_app(app)
