-- The next of its account; nothing, where somebody else was faster.
insert into ledger.transfer_files
    (account, number, after, until, version, holder, bic, shops, made_at, made_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing
returning number
