"""A report in the form that is asked for."""

from collections.abc import Sequence

from adapters.report_files.comma_separated import comma_separated
from adapters.report_files.flat_table import flat, titles
from adapters.report_files.parquet import parquet
from projections.reports.forms import Words
from projections.reports.sheet import Sheet


def report_file(
    sheet: Sheet, form: str, *, name: str, about: Sequence[tuple[str, str]], words: Words
) -> bytes:
    """CSV and workbooks speak the reader's language, Parquet none.

    Raises `projections.reports.forms.ParquetMissing`.
    """
    if form == "parquet":
        return parquet(flat(sheet))
    table = flat(sheet, words.word)
    told = titles(table.columns, lambda column: words.title(column.name))
    if form == "csv":
        return comma_separated(table, told)
    from adapters.report_files.workbook import workbook  # its library takes a quarter of a second

    terms = [(words.title(key), value) for key, value in about]
    return workbook(table, told, name=words.report(name), about=terms)
