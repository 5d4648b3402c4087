-- What a host said of the answer, as JSON of bridge.AskTerms; NULL: nothing.
alter table ask add column terms text;
-- How many answers did not fit.
alter table ask add column misses integer not null default 0;
-- What an ask is about, in the host's words.
alter table ask add column item text;
create index ask_by_item on ask (line, item, open, seq) where item is not null;
