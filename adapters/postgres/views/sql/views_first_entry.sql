-- Since when there is anything to report of some shops.
select min(at) from views.report_entries where shop = any($1::text[])
