-- Roles that wait for who was invited by letter. The address is sealed, the link's code a SHA-256.
create table working.staff_invitations (
    id uuid primary key,
    code_hash bytea not null unique check (octet_length(code_hash) = 32),
    email_index text not null,
    sealed bytea not null,
    role text not null check (role in ('admin', 'staff', 'door', 'auditor')),
    shop text,
    language text not null,
    invited_by text not null,
    made_at timestamptz not null,
    ends_at timestamptz not null
);
create index staff_invitations_of_person on working.staff_invitations (email_index);
create index staff_invitations_over on working.staff_invitations (ends_at);

grant select, insert, update, delete on working.staff_invitations to stampledger_app;
