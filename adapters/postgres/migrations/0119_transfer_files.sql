-- Files of transfers for the bank: each holds the refunds of a stretch of the ledger, and the stretches
-- of an account follow one another, so that no refund is in two files (ADR 0038). No account of a
-- payee is here: the file is made again from the ledger, as long as its people are not erased.
create table ledger.transfer_files (
    account text not null,
    number integer not null check (number > 0),
    after bigint not null,
    until bigint not null check (until > after),
    version text not null check (version in ('03', '09')),
    holder text not null,
    bic text not null,
    shops text[] not null,
    made_at timestamptz not null,
    made_by text not null,
    primary key (account, number),
    unique (account, after)
);
create trigger append_only before update or delete or truncate on ledger.transfer_files
    for each statement execute function ledger.refuse_change();

grant select, insert on ledger.transfer_files to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on ledger.transfer_files to stampledger_auditor;
    end if;
end
$$;
