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


def by_hand(f):
    def hand_wrapper(*args, **kwargs):
        return f(*args, **kwargs)

    hand_wrapper.__name__ = f.__name__
    return hand_wrapper


def updated(f):
    def updated_wrapper(*args, **kwargs):
        return f(*args, **kwargs)

    functools.update_wrapper(updated_wrapper, f)
    return updated_wrapper
