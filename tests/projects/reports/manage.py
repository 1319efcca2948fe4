import click

from reports import create_app, mail, models
from reports.extensions import db


def fill(titles):
    for title in titles:
        models.add(title)


@click.command("send")
@click.argument("title")
def send(title):
    mail.deliver(title)


def main():
    app = create_app()
    app.cli.add_command(send)
    with app.app_context():
        db.create_all()
        fill(["one", "two"])
    with app.test_request_context(base_url="https://reports.example.com"):
        mail.announce("started")


if __name__ == "__main__":
    main()
