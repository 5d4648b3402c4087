-- Whose answer counts in a group, as JSON; null: anyone's.
alter table ask add column persons text;

-- What a webhook picks among its kinds of events, as JSON; null: all of them.
alter table webhook add column filter text;
