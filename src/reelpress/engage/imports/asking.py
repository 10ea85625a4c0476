"""What the file import pages let a client ask for (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.parse import plain_text
from reelpress.engage.imports.model import FileImport, Run

T = TypeVar("T")

PAGE = 50
LONGEST_SPAN = timedelta(days=30)
LAST_PAGE = 1_000_000
TYPES = frozenset({"USERS", "EVENTS", "AUX_DATA"})
SCHEDULES = frozenset({"PERIODIC", "ONETIME"})
SOURCES = frozenset({"SFTP", "S3", "CSV"})
IMPORT_STATES = frozenset(
    {"SUCCESSFUL", "FAILED", "PARTIAL_SUCCESS", "SCHEDULED", "PROCESSING", "QUEUED", "ARCHIVED"}
)
RUN_STATES = frozenset({"SUCCESSFUL", "FAILED", "PARTIAL_SUCCESS", "PROCESSING", "QUEUED", "WAITING"})
_DAYS = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
}
FORMATS = {**_DAYS, **{f"{name} hh:mm:ss": f"{form} %H:%M:%S" for name, form in _DAYS.items()}}


class ImportFault(DataApiFault):
    """A refusal in the words of the file import pages."""

    def body(self) -> dict[str, object]:
        return {"status": "FAILURE", "error_type": self.kind, "message": self.message}

    @staticmethod
    def date_format() -> "ImportFault":
        return ImportFault(
            400,
            "Invalid Date format",
            "The provided date format is either incorrect or doesn't match the entered dates. Please ensure "
            "both the dates and the format are valid.",
        )

    @staticmethod
    def span() -> "ImportFault":
        return ImportFault(
            400,
            "Difference exceeds 30 days",
            "Please note that only imports with a date difference of 30 can be displayed. Kindly adjust the "
            "dates accordingly.",
        )

    @staticmethod
    def offset() -> "ImportFault":
        return ImportFault(
            400,
            "Invalid Offset Value",
            "The offset value you have provided is not valid. Please review and correct the offset.",
        )

    @staticmethod
    def unknown() -> "ImportFault":
        return ImportFault(
            400,
            "Import Doesn't Exist",
            "No import exist in the database with the given query parameters.",
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Page `number`, counted from 1, of PAGE items each."""

    number: int

    def of(self, items: Sequence[T]) -> list[T]:
        return list(items[(self.number - 1) * PAGE : self.number * PAGE])

    def has_more(self, items: Sequence[object]) -> bool:
        return len(items) > self.number * PAGE


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def hold(self, moment: datetime) -> bool:
        day = moment.astimezone(UTC).date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Details:
    """Which imports are asked for; None filters nothing."""

    name: str | None
    kinds: frozenset[str] | None
    schedules: frozenset[str] | None
    sources: frozenset[str] | None
    states: frozenset[str] | None
    days: Days
    page: Page

    def covers(self, one: FileImport, runs: Sequence[Run]) -> bool:
        latest = runs[0] if runs else None
        found: list[tuple[str, frozenset[str] | None]] = [
            (one.kind, self.kinds),
            (one.schedule, self.schedules),
            ("CSV", self.sources),
            (state_of(one, latest), self.states),
        ]
        return (
            all(wanted is None or value in wanted for value, wanted in found)
            and (self.name is None or self.name == one.name)
            and self.days.hold(latest.scheduled_at if latest else one.created_at)
        )


@dataclass(frozen=True, slots=True)
class History:
    """Whose runs are asked for; the id goes before the name."""

    import_id: str | None
    name: str | None
    states: frozenset[str] | None
    days: Days
    page: Page

    def covers(self, run: Run) -> bool:
        return (self.states is None or run.state in self.states) and self.days.hold(run.scheduled_at)


def parse_details(document: dict[str, Any]) -> Details:
    """Raises DataApiFault; values are case-sensitive."""
    return Details(
        name=plain_text(document.get("import_name")),
        kinds=_chosen(document, "import_type", TYPES),
        schedules=_chosen(document, "schedule_type", SCHEDULES),
        sources=_chosen(document, "file_source", SOURCES),
        states=_chosen(document, "schedule_status", IMPORT_STATES),
        days=_days(document.get("date")),
        page=_page(document.get("offset")),
    )


def parse_history(document: dict[str, Any]) -> History:
    """Raises DataApiFault."""
    return History(
        import_id=plain_text(document.get("import_id")),
        name=plain_text(document.get("import_name")),
        states=_chosen(document, "file_status", RUN_STATES),
        days=_days(document.get("date")),
        page=_page(document.get("offset")),
    )


def chosen_import(imports: Sequence[FileImport], asked: History) -> FileImport:
    """The import a history names. Raises DataApiFault when there is none."""
    for one in imports:
        if one.id == asked.import_id or (asked.import_id is None and one.name == asked.name):
            return one
    raise ImportFault.unknown()


def state_of(one: FileImport, last: Run | None) -> str:
    """How an import stands: archived, else as its last run, else waiting for its first."""
    if one.archived_at is not None:
        return "ARCHIVED"
    return last.state if last else "SCHEDULED"


def _chosen(document: dict[str, Any], name: str, known: frozenset[str]) -> frozenset[str] | None:
    """One of the known words, or a list of them: the pages show either."""
    given = document.get(name)
    if given is None:
        return None
    words = cast("list[object]", given) if isinstance(given, list) else [given]
    if not all(isinstance(word, str) and word in known for word in words):
        raise faults.malformed(name)
    return frozenset(cast("list[str]", words)) or None


def _days(given: object) -> Days:
    if given is None:
        return Days()
    if not isinstance(given, dict):
        raise ImportFault.date_format()
    fields = cast("dict[str, Any]", given)
    form = fields.get("format", fields.get("datetime_format"))
    if form is not None and form not in FORMATS:
        raise ImportFault.date_format()
    days = Days(_day(fields.get("start_date"), form), _day(fields.get("end_date"), form))
    if days.first and days.last and days.last - days.first > LONGEST_SPAN:
        raise ImportFault.span()
    return days


def _day(given: object, form: str | None) -> date | None:
    """A day in the form that is named, else in ISO 8601."""
    if given is None:
        return None
    text = plain_text(given)
    try:
        if text is None:
            raise ValueError
        if form is None:
            return datetime.fromisoformat(text).date()
        return datetime.strptime(text, FORMATS[form]).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as fault:
        raise ImportFault.date_format() from fault


def _page(given: object) -> Page:
    text = "1" if given is None else plain_text(given)
    if text is None or not text.isdecimal() or not text.isascii() or not 1 <= int(text[:9]) <= LAST_PAGE:
        raise ImportFault.offset()
    return Page(int(text[:9]))
