"""The forms in which a report is handed out, and in whose words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from projections.reports.sheet import Sheet

FORMS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


class ParquetMissing(Exception):
    """What writes Parquet files is not installed: `pip install "stampledger[parquet]"`."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a reader's language calls columns, our own words, and a report."""

    title: Callable[[str], str]
    word: Callable[[str], str]
    report: Callable[[str], str]


PLAIN_WORDS = Words(title=str, word=str, report=str)


class ReportFile(Protocol):
    """What writes a report as CSV, XLSX or Parquet."""

    def __call__(
        self, sheet: Sheet, form: str, *, name: str, about: Sequence[tuple[str, str]], words: Words
    ) -> bytes:
        """`about` are the terms that it was made by. Raises `ParquetMissing`."""
        ...
