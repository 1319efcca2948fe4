"""Plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from typing_extensions import dataclass_transform

    _Class = TypeVar("_Class")

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def frozen(*, eq: bool = True, order: bool = False) -> Callable[[type[_Class]], type[_Class]]:
        """A data class with slots whose values never change.

        The type checker sees to it, not Python: refusing to be changed costs three quarters of the time in which such
        a class is made, and there are a hundred of them to make before the first line is checked; and two thirds of
        the time in which a value is made, and facts are made by the ten thousand.
        """
        ...
else:

    def frozen(*, eq: bool = True, **options: Any) -> Any:
        return dataclass(slots=True, eq=eq, unsafe_hash=eq, **options)
