"""The one base of every refusal we expect."""


class CommerceError(Exception):
    """An anticipated refusal: `code` is stable for machines, the message is for the reader.

    Doors let it pass; it becomes a problem document (API) or a message (pages) in one place.
    """

    code = "refused"
    http_status = 409

    def __init__(self, message: str = "") -> None:
        self.message = message or self.code
        super().__init__(self.message)
