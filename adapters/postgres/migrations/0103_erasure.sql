-- Erasures are few, stamps are many: looking for them must not grow with the ledger.
create index stamps_erased on ledger.stamps (position) where type = 'ERASED';

-- Whose stream, or whose message, was erased in this very transaction: its stamps are the newest.
create or replace function keys.is_erased(asked uuid) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select from ledger.stamps as erased
        where erased.type = 'ERASED'
          and erased.position > (
              select coalesce(max(stamps.position), 0) - 100000 from ledger.stamps
          )
          and erased.xmin = pg_current_xact_id()::xid
          and (erased.stream = is_erased.asked or exists (
              select from ledger.inbox
              join ledger.stamps as told on told.stream = erased.stream
              where inbox.id = is_erased.asked
                and position(convert_to(inbox.evidence_hash, 'UTF8') in told.state) > 0
          ))
    )
$$;

-- What is gone leaves no former version of itself behind for long: keys are few and small.
alter table keys.data_keys
    set (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
