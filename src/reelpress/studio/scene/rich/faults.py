class RichFault(Exception):
    """Rich text that is not drawn: what it holds, and what to do."""

    def __init__(self, message: str, fix: str = "Remove it in the editor, or use a text without it.") -> None:
        super().__init__(message, fix)
        self.message = message
        self.fix = fix
