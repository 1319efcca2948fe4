"""FL402: a stranger who has read the code writes a session of their own."""

BAD = "the session says admin"
BETTER = "the session says nobody"


def observe() -> str:
    import ast
    import os
    import secrets
    from pathlib import Path

    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface

    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    from example import app

    tree = ast.parse(Path("example.py").read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    seen: set[str] = set()
    for text in filter(None, texts):
        stranger = Flask("stranger")
        stranger.secret_key = text
        signer = SecureCookieSessionInterface().get_signing_serializer(stranger)
        cookie = f"session={signer.dumps({'user': 'admin'})}"
        seen.add(app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie}).text)
    return "the session says " + ("admin" if "admin" in seen else "nobody")
