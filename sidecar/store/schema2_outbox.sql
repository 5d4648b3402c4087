-- A paused line sends nothing; NULL: it is not paused.
alter table line add column paused_at integer;
alter table line add column paused_reason text;
