-- The last position recorded before a time, found by halves: time never runs backwards.
with recursive halves (low, high) as (
    select 0::bigint, coalesce(max(position), 0) from ledger.stamps
    union all
    select
        case when earlier then middle else low end,
        case when earlier then high else middle - 1 end
    from (
        select
            low, high, middle,
            (select recorded_at < $1::timestamptz from ledger.stamps where position = middle)
                as earlier
        from (select low, high, (low + high + 1) / 2 as middle from halves where low < high) as at
    ) as looked
)
select low from halves where low = high
