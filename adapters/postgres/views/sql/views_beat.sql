-- One row more, of an owner that wrote nothing: it lives, and is told where the ledger ends. None
-- where somebody else owns them by now.
with claimed as (
    select epoch from views.owners where name = $1 and epoch = $2 for update
)
insert into views.steps (owner, number, position)
select $1, $3::bigint, $4::bigint from claimed
returning coalesce((select max(last_position) from ledger.commits), 0)
