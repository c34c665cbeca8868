-- The orders of an account, the newest first. Those that it claimed a moment ago come with the
-- question, so that they are there before the rows of the claim are.
select stream, placed_at from views.order_pages
where (
        stream in (select order_id from views.account_orders where account = $1)
        or stream = any($2::uuid[])
    )
    and ($3::timestamptz is null or (placed_at, stream) < ($3, $4::uuid))
order by placed_at desc, stream desc
limit $5
