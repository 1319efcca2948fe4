def missing(error):
    return "", 404


def wrong(error):
    return "", 400


def init_app(app):
    @app.errorhandler(500)
    def failed(error):
        return "", 500

    @app.context_processor
    def names():
        return {}

    @app.after_request
    def after(response):
        return response
