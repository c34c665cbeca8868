-- What each migration said when it was applied: one that is edited later is noticed.
create table if not exists ledger.migration_hashes (
    name text primary key,
    sha256 bytea not null check (octet_length(sha256) = 32)
)
