"""FL408: what is in the cart when three things were put in, one in each request."""

BAD = '["a", "c"]'
BETTER = '["a", "b", "c"]'


def observe() -> str:
    from example import app

    client = app.test_client()
    seen = ""
    for item in "abc":
        seen = str(client.get(f"/cart/{item}").json)
    return seen.replace("'", '"')
