-- What a host said of the answer, as JSON of bridge.AskTerms; NULL: nothing.
alter table ask add column terms text;
-- How many answers did not fit.
alter table ask add column misses integer not null default 0;
