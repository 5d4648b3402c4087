-- A paused line sends nothing; NULL: it is not paused.
alter table line add column paused_at integer;
alter table line add column paused_reason text;
alter table line add column pace text; -- JSON of schema.Pace; NULL: the sidecar's

alter table outbox add column priority text not null default 'normal';
alter table outbox add column expires integer; -- NULL: never
-- 0: no try has begun, so it surely has not gone. Of rows from before nobody knows.
alter table outbox add column begun integer not null default 1;
create index outbox_expires on outbox (line, expires) where settled = 0 and expires is not null;

-- How far an allowance is used up (GCRA's one moment): of a recipient by phone, LID
-- or group; of the line itself where name is ''.
create table allowance (
    line  text    not null references line(id) on delete cascade,
    name  text    not null,
    until integer not null,
    primary key (line, name)
) without rowid;
