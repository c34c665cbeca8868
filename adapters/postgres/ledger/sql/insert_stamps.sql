insert into ledger.stamps (
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
)
select
    $1::bigint + row_number, stream, version, type, $2::timestamptz,
    correlation_id, occurrence, binding, numbers::jsonb, state, leaf
from unnest(
    $3::uuid[], $4::bigint[], $5::text[],
    $6::uuid[], $7::text[], $8::bytea[], $9::text[], $10::bytea[], $11::bytea[]
) with ordinality as given (
    stream, version, type,
    correlation_id, occurrence, binding, numbers, state, leaf, row_number
)
