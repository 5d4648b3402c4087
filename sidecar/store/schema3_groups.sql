-- Whose answer counts in a group, as JSON; null: anyone's.
alter table ask add column persons text;
