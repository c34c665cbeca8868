"""A report as a Parquet file, where the extra `parquet` is installed."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from adapters.report_files.flat_table import FlatTable
from projections.reports.forms import ParquetMissing
from projections.reports.sheet import Unit

if TYPE_CHECKING:
    import pyarrow as arrow


def parquet(table: FlatTable) -> bytes:
    """Rows without totals; amounts in major units, hours in UTC. Raises `ParquetMissing`."""
    try:
        import pyarrow as arrow
        from pyarrow.parquet import write_table
    except ImportError as error:
        raise ParquetMissing from error
    columns = [[row[at] for row in table.rows] for at in range(len(table.columns))]
    schema = arrow.schema([(one.key, _type(arrow, one.unit)) for one in table.columns])
    made = BytesIO()
    write_table(arrow.table(columns, schema=schema), made)
    return made.getvalue()


def _type(arrow: Any, unit: Unit) -> "arrow.DataType":
    """A decimal of 38 digits holds any amount of any currency."""
    match unit:
        case Unit.MONEY:
            return arrow.decimal128(38, 3)
        case Unit.SHARE:
            return arrow.decimal128(7, 3)
        case Unit.COUNT:
            return arrow.int64()
        case Unit.DAY | Unit.MONTH:
            return arrow.date32()
        case Unit.HOUR:
            return arrow.timestamp("s", tz="UTC")
        case _:
            return arrow.string()
