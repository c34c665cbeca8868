-- Letters to all buyers: which are open, and how far the letter of each order has come.
create table views.mailings (
    stream uuid not null,
    mailing uuid not null,
    shop text not null,
    state text not null,
    primary key (stream, mailing)
);
create index on views.mailings (shop) where state = 'running';

create table views.mailing_letters (
    stream uuid not null,
    mailing uuid not null,
    state text not null,
    primary key (stream, mailing)
);
create index on views.mailing_letters (mailing, state);

grant select, insert, update, delete on views.mailings, views.mailing_letters to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.mailings, views.mailing_letters to stampledger_auditor;
    end if;
end
$$;
