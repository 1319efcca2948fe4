import functools
from functools import wraps


def checked(f):
    @wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)

    return wrapper


def logged(f):
    def logging_wrapper(*args, **kwargs):
        return f(*args, **kwargs)

    return logging_wrapper


def cached(seconds):
    def decorator(f):
        @functools.wraps(f)
        def inner(*args, **kwargs):
            return f(*args, **kwargs)

        return inner

    return decorator


def marked(mark):
    def decorator(f):
        def marked_wrapper(*args, **kwargs):
            return f(*args, **kwargs)

        return marked_wrapper

    return decorator


def same(f):
    f.mark = True
    return f
