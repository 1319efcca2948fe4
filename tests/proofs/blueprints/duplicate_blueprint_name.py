"""FL606: whether the application can be made."""

BAD = "ValueError: The name 'users' is already registered for this blueprint"
BETTER = "Users, Users"


def observe() -> str:
    from example import create_app

    client = create_app().test_client()
    return ", ".join(client.get(path).text for path in ("/users/", "/people/"))
