-- Who may what. `serve` and `worker` run as stampledger_app: it can append, nothing else.

do $$
begin
    if to_regrole('stampledger_app') is null then
        create role stampledger_app nologin;
    end if;
end
$$;

grant usage on schema ledger, working, keys to stampledger_app;
grant usage, create on schema views, rebuild to stampledger_app;
grant select, insert on all tables in schema ledger to stampledger_app;
revoke insert on ledger.identity, ledger.migrations from stampledger_app;
grant select, insert, update, delete on all tables in schema views, working to stampledger_app;
grant select, insert, delete on all tables in schema keys to stampledger_app;
alter default privileges in schema working
    grant select, insert, update, delete on tables to stampledger_app;
alter default privileges in schema working grant usage on sequences to stampledger_app;
alter default privileges in schema ledger grant select, insert on tables to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant usage on schema ledger, views to stampledger_auditor;
        grant select on all tables in schema ledger, views to stampledger_auditor;
        alter default privileges in schema ledger grant select on tables to stampledger_auditor;
    end if;
end
$$;
