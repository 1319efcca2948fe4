from flask_restx import Namespace, Resource

ns = Namespace("users", path="/people")


@ns.route("/<int:id>")
@ns.param("id", "The user")
class UserDetail(Resource):
    @ns.expect(None)
    def get(self, id):
        return {}

    def put(self, id):
        return {}


class Login(Resource):
    def post(self):
        return {}


ns.add_resource(Login, "/login")
