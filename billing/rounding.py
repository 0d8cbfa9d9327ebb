"""The one way in which billing rounds."""


def half_up(over: int, under: int) -> int:
    """over / under, rounded to a whole number; half counts away from zero."""
    sign = -1 if over < 0 else 1
    return sign * ((2 * abs(over) + under) // (2 * under))


def points(part: int, whole: int) -> int | None:
    """`part` of `whole` in hundredths of a percent, rounded half up; None of nothing."""
    return (part * 20_000 + whole) // (whole * 2) if whole > 0 else None
