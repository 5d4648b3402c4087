-- What is known of people is forgotten too, once nothing has used it for long.
alter table person add column at integer not null default 0;
update person set at = cast(strftime('%s', 'now') as integer) * 1000;
create index person_old on person (at);
create index contact_old on contact (at);
