from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Thread

from flask import current_app

from reports import mail, models


class Worker(Thread):
    """Makes one report."""

    def __init__(self, app, title):
        super().__init__()
        self.app = app
        self.title = title

    def run(self):
        with self.app.app_context():
            self.make()

    def make(self):
        number = models.add(self.title)
        current_app.logger.info("report %s", number)


class Builder:
    def __init__(self):
        self.pool = ThreadPoolExecutor(4)

    def start(self, title):
        self.pool.submit(self.build, current_app._get_current_object(), title)

    def build(self, app, title):
        with ExitStack() as stack:
            stack.enter_context(app.app_context())
            models.add(title)
            mail.deliver(title)

    def rebuild(self, app):
        context = app.app_context()
        context.push()
        for report in models.newest():
            current_app.logger.info("again: %s", report.title)
        context.pop()


builder = Builder()


def rebuild_later():
    thread = Thread(target=builder.rebuild, args=[current_app._get_current_object()])
    thread.start()
    return thread
