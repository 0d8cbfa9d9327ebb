"""The one way in which billing rounds."""


def half_up(over: int, under: int) -> int:
    """over / under, rounded to a whole number; half counts away from zero."""
    sign = -1 if over < 0 else 1
    return sign * ((2 * abs(over) + under) // (2 * under))
