PREFIX = "/prefix"
VERSION = "v1"
API = f"/api/{VERSION}"
METHODS = ["GET", "POST"]
STATIC = "assets"
PATHS = {"c": PREFIX + "/c"}


class Paths:
    A = "/never"
    B = "/paths/b"
