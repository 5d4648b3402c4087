-- Deadlines are looked for line by line: a line that is away holds up its own only.
create index ask_open_by_deadline on ask (line, deadline) where open = 1;
drop index ask_due;
drop index ask_open;
-- When the question was sent, by this machine's clock.
alter table ask add column asked integer;
