_LONGEST = 500  # characters of a message, which may quote the file


class SceneFault(Exception):
    """A template we cannot draw: what is wrong, in which file, element and line, and what to do."""

    def __init__(
        self, message: str, *, file: str = "", element: str = "", line: int = 0, fix: str = ""
    ) -> None:
        message = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."
        super().__init__(message, file, element, line, fix)
        self.message = message
        self.file = file
        self.element = element[:_LONGEST]
        self.line = line
        self.fix = fix

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.message, self.file, self.element, self.line, self.fix)

    def __str__(self) -> str:
        place = f"{self.file or 'template'}:{self.line}" + (f" <{self.element}>" if self.element else "")
        return f"{place}: {self.message}" + (f" {self.fix}" if self.fix else "")


def _rebuild(message: str, file: str, element: str, line: int, fix: str) -> SceneFault:
    return SceneFault(message, file=file, element=element, line=line, fix=fix)
