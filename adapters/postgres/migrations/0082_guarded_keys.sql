-- Keys and evidence are part of what is proven: what cannot be read any more was erased, by a stamp.

-- No setting of a session turns these off.
do $$
declare
    guarded record;
begin
    for guarded in select tgrelid::regclass as name from pg_trigger where tgname = 'append_only' loop
        execute format('alter table %s enable always trigger append_only', guarded.name);
    end loop;
end
$$;

-- Bytes that did not arrive as they were sent are noticed before anything depends on them.
create function ledger.arrived(bytes bytea, digest text) returns bytea
language plpgsql immutable set search_path = pg_catalog as $$
begin
    if encode(sha256(bytes), 'hex') is distinct from digest then
        raise exception 'bytes did not arrive as they were sent' using errcode = 'data_corrupted';
    end if;
    return bytes;
end
$$;

create function keys.kept_as_sent() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if octet_length(new.wrapped) <> 61 then
        raise exception 'a wrapped data key has 61 bytes, not %', octet_length(new.wrapped)
            using errcode = 'data_corrupted';
    end if;
    if tg_op = 'UPDATE' and (new.key_id, new.subject) <> (old.key_id, old.subject) then
        raise exception 'a data key is wrapped anew, it never changes hands'
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;
create trigger kept_as_sent after insert or update on keys.data_keys
    for each row execute function keys.kept_as_sent();
alter table keys.data_keys enable always trigger kept_as_sent;

-- Whose stream, or whose message, was erased in this very transaction.
create function keys.is_erased(asked uuid) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select from ledger.stamps as erased
        where erased.type = 'ERASED'
          and erased.xmin = pg_current_xact_id()::xid
          and (erased.stream = is_erased.asked or exists (
              select from ledger.inbox
              join ledger.stamps as told on told.stream = erased.stream
              where inbox.id = is_erased.asked
                and position(convert_to(inbox.evidence_hash, 'UTF8') in told.state) > 0
          ))
    )
$$;
revoke execute on function keys.is_erased(uuid) from public;
grant execute on function keys.is_erased(uuid) to stampledger_app;

create function keys.refuse_loss() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if tg_op = 'DELETE' and keys.is_erased(old.subject) then
        return old;
    end if;
    raise exception 'data keys are destroyed with the stamp ERASED only: % is refused', tg_op
        using errcode = 'restrict_violation';
end
$$;
create trigger refuse_loss before delete on keys.data_keys
    for each row execute function keys.refuse_loss();
create trigger refuse_emptying before truncate on keys.data_keys
    for each statement execute function keys.refuse_loss();
alter table keys.data_keys enable always trigger refuse_loss;
alter table keys.data_keys enable always trigger refuse_emptying;

-- Wrapping anew is the owner's work.
revoke update on keys.data_keys from stampledger_app;
revoke update (wrapped) on keys.data_keys from stampledger_app;
