from app import app


@app.errorhandler(404)
def missing(error):
    return "", 404
