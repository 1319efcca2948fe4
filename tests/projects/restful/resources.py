from flask_restful import Resource


class Item(Resource):
    def get(self, id):
        return {}

    def delete(self, id):
        return {}


class Items(Resource):
    def get(self):
        return []

    def post(self):
        return {}


class Late(Resource):
    def put(self):
        return {}


def setup(api):
    api.add_resource(Late, "/late")
