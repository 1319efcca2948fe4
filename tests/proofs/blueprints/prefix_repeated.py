"""FL602: where the view answers."""

BAD = "/api/users 404, /api/api/users 200"
BETTER = "/api/users 200, /api/api/users 404"


def observe() -> str:
    from example import app

    client = app.test_client()
    return ", ".join(f"{path} {client.get(path).status_code}" for path in ("/api/users", "/api/api/users"))
