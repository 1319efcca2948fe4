"""FL108: a test asks for the application."""

import unittest

BAD = "RuntimeError: Working outside of application context"
BETTER = "no error"


def observe() -> str:
    import example

    result = unittest.defaultTestLoader.loadTestsFromModule(example).run(unittest.TestResult())
    return result.errors[0][1] if result.errors else "no error"
