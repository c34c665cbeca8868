-- What payers' banks took back for good. Older processes write rows without it meanwhile.
alter table views.order_pages add column charged_back bigint not null default 0;
