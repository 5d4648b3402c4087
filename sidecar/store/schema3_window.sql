-- A line's policy about the 24-hour window; '': warn.
alter table line add column window_policy text not null default '';
-- What a message's sender was warned of when it was accepted.
alter table outbox add column warning text not null default '';
-- From when on the window is judged again before the message goes; NULL: it is not.
alter table outbox add column window_until integer;
