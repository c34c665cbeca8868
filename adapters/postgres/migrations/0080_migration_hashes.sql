-- What was migrated is append-only, hashes too, and nobody's but the owner's to write.
create trigger append_only before update or delete or truncate on ledger.migration_hashes
    for each statement execute function ledger.refuse_change();
revoke insert on ledger.migration_hashes from stampledger_app;
grant select on ledger.migration_hashes to stampledger_app;
