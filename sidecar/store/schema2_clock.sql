-- Deadlines are looked for line by line: a line that is away holds up its own only.
create index ask_open_by_deadline on ask (line, deadline) where open = 1;
drop index ask_due;
drop index ask_open;
-- When the question was sent, by this machine's clock.
alter table ask add column asked integer;
-- Reminders of an ask, a JSON list, and when the earliest planned one is due.
alter table ask add column reminders text;
alter table ask add column remind_at integer;
create index ask_by_reminder on ask (line, remind_at) where remind_at is not null;
