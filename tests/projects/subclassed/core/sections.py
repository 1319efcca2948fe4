from flask import Blueprint


class Section(Blueprint):
    def __init__(self, name, prefix):
        super().__init__(name, __name__, url_prefix="/sections" + prefix)
        self.title = name.title()


class Named(Blueprint):
    """Nothing of its own."""


catalogue = Named("catalogue", __name__, url_prefix="/catalogue")
inner = Section("inner", "/inner")
catalogue.register_blueprint(inner)


@catalogue.route("/<int:id>")
@inner.route("/<int:id>")
def show(id):
    return ""
