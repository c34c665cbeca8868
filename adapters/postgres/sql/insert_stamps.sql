insert into ledger.stamps (
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
)
select
    %b::bigint + row_number, stream, version, type, %b::timestamptz,
    correlation_id, occurrence, binding, numbers::jsonb, state, leaf
from unnest(
    %b::uuid[], %b::bigint[], %b::text[],
    %b::uuid[], %b::text[], %b::bytea[], %b::text[], %b::bytea[], %b::bytea[]
) with ordinality as given (
    stream, version, type,
    correlation_id, occurrence, binding, numbers, state, leaf, row_number
)
