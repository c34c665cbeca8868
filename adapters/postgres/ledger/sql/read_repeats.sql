-- The unique indexes forbid them: for the auditor, who does not believe in indexes.
with twice as (
    select
        position,
        row_number() over (
            partition by correlation_id, type, occurrence order by position
        ) as place
    from ledger.stamps
    where correlation_id is not null and position <= $1
),
counted as (
    select
        counted_at,
        holder,
        first_value(holder) over (partition by payment order by counted_at) as first_holder
    from ledger.counted_payments()
    where counted_at <= $1
),
-- As text, which can be made of any bytes: those that nobody can read are found elsewhere.
issued as (
    select
        position,
        (regexp_match(encode(state, 'escape'), '"hashes":\[([^]]*)\]'))[1] as hashes
    from ledger.stamps
    where type = 'TICKETS_ISSUED' and position <= $1
),
codes as (
    select position, row_number() over (partition by code order by position) as place
    from issued, regexp_split_to_table(hashes, ',') as code
    where code <> ''
)
select position from twice where place > 1
union
select position from codes where place > 1
union
select counted_at from counted where holder <> first_holder
order by position
