-- What was ever seen of movements on shops' accounts that look alike: the bank's names of them, and how
-- many one statement told of at once. It only grows, so a transfer counts once, whatever the order
-- of the files (ADR 0038). Nothing personal is in it.
create table ledger.statement_marks (
    key text not null check (key ~ '^[0-9a-f]{32}$'),
    mark text not null check (length(mark) between 2 and 40),
    primary key (key, mark)
);
create trigger append_only before update or delete or truncate on ledger.statement_marks
    for each statement execute function ledger.refuse_change();

grant select, insert on ledger.statement_marks to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on ledger.statement_marks to stampledger_auditor;
    end if;
end
$$;
