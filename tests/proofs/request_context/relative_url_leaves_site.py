"""FL205: what is sent is caught on its way out: the link in it has no host."""

BAD = "Choose a new one: /reset/123"
BETTER = "Choose a new one: http://localhost/reset/123"


def observe() -> str:
    from example import app, mail

    sent = []
    mail.send = sent.append
    app.test_client().post("/forgot/me@example.org")
    return sent[0].body
