-- Schemas that live and are dumped apart, and one for projections that are being rebuilt.
create schema views;
create schema working;
create schema keys;
create schema rebuild;

comment on schema ledger is 'Append-only: stamps, commits, seat totals, numbers, sealed evidence.';
comment on schema views is 'Projections: may be dropped and rebuilt.';
comment on schema rebuild is 'Projections that are being rebuilt, until they are swapped in.';
comment on schema working is 'Mutable and no evidence: carts, accounts, sessions, inbox marks.';
comment on schema keys is 'Wrapped data keys: dump and keep them apart from the rest.';
