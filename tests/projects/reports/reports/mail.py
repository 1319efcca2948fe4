import smtplib
import threading
from email.message import EmailMessage

from flask import current_app, render_template


def compose(title):
    message = EmailMessage()
    message["Subject"] = title
    message["From"] = current_app.config.get("SENDER", "reports@example.com")
    message.set_content(render_template("report.txt", title=title))
    return message


def deliver(title):
    with smtplib.SMTP(current_app.config["MAIL_SERVER"]) as server:
        server.send_message(compose(title))


def deliver_later(app, title):
    with app.app_context():
        deliver(title)


def announce(title):
    app = current_app._get_current_object()
    threading.Thread(target=deliver_later, args=(app, title), daemon=True).start()
