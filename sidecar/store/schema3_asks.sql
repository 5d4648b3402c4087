-- What a host said of the answer, as JSON of bridge.AskTerms; NULL: nothing.
alter table ask add column terms text;
-- How many answers did not fit.
alter table ask add column misses integer not null default 0;
-- What an ask is about, in the host's words.
alter table ask add column item text;
create index ask_by_item on ask (line, item, open, seq) where item is not null;
-- A question can wait for the chat's earlier ones. asked_phone is the first number that
-- it was addressed to; behind the ask that must end first, NULL: none.
alter table ask add column asked_phone text;
alter table ask add column behind text;
create index ask_by_asked on ask (line, asked_phone, open, seq) where asked_phone is not null;
create index ask_behind on ask (line, behind) where behind is not null and open = 1;
-- 1: its ask is behind another, and it is not to be sent yet.
alter table outbox add column held integer not null default 0;
