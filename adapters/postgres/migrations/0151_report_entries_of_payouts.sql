-- What providers paid out is told apart by payout, and by how the bank account shows it.
alter table views.report_entries
    add column payout text not null default '',
    add column bank_reference text not null default '';
alter table views.report_entries
    alter column payout drop default,
    alter column bank_reference drop default;
