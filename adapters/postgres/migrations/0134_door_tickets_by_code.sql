-- A ticket that was sent on has a row for each code that it had: its hash tells them apart.
alter table views.door_tickets drop constraint door_tickets_pkey;
alter table views.door_tickets add primary key (stream, hash);
