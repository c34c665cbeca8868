-- A report reads its figures from the index alone, in the order of time: the rows of one kind lie
-- far apart in the table, between those of all others.
drop index views.report_entries_shop_kind_at_idx;
create index on views.report_entries (shop, kind, at) include (
    position, since, outcome, provider, method, product, revision, rate, currency, door, day,
    payout, bank_reference, many, amount, vat
);
