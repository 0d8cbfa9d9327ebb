"""The refusal that every part of the embedded servers raises."""


class CannotStart(Exception):
    """A server cannot run here. The message is one line for a person, and says what to do."""
