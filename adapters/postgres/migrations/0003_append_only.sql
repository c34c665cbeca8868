-- Append-only shouts: a trigger that raises, not a rule that ignores.

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on ledger.identity
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.stamps
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.commits
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.seat_totals
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.numbers
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.inbox
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.migrations
    for each statement execute function ledger.refuse_change();
