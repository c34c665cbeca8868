-- Who came in and went is told apart by door and day.
alter table views.report_entries
    add column door text not null default '',
    add column day text not null default '';
alter table views.report_entries
    alter column door drop default,
    alter column day drop default;
