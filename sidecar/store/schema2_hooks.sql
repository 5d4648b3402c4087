-- Deliveries leave by websocket, by POST to a URL of their own, or by a webhook.
alter table delivery add column way      text    not null default 'host';
alter table delivery add column webhook  text;             -- of an event
alter table delivery add column url      text;
alter table delivery add column target   text;             -- scheme and host of url
alter table delivery add column mode     text    not null default '';
alter table delivery add column opened   integer not null default 0;
alter table delivery add column next_try integer not null default 0;
alter table delivery add column tried    integer;          -- NULL: never
alter table delivery add column reason   text    not null default '';
alter table delivery add column status   integer not null default 0;
alter table delivery add column dead     integer;          -- NULL: it is open
update delivery set opened = at;
drop index delivery_open;
create index delivery_open on delivery (line, host, seq) where acked is null and dead is null;
create index delivery_reply on delivery (target, next_try, seq) where acked is null and dead is null and way = 'url';
create index delivery_webhook on delivery (webhook, seq) where acked is null and webhook is not null;
create index delivery_dead on delivery (line, seq) where acked is null and dead is not null;
create index delivery_died on delivery (dead) where acked is null and dead is not null;

alter table ask add column reply_url  text;
alter table ask add column reply_mode text not null default '';

-- A webhook outlives its line until what it owes is delivered.
create table webhook (
    id        text primary key,
    line      text    not null,
    name      text    not null,
    url       text    not null,
    host      text    not null,
    events    text    not null, -- kinds, separated by commas
    secrets   text    not null, -- JSON list of bridge.Secret
    lang      text    not null,
    enabled   integer not null,
    created   integer not null,
    cursor    integer not null,
    gone      integer,          -- the line was removed: the last delivery it gets; NULL: the line is there
    head      text    not null,
    attempt   integer not null,
    failures  integer not null,
    next_try  integer not null,
    reason    text    not null,
    status    integer not null,
    tried     integer,
    succeeded integer
) without rowid;
create index webhook_line on webhook (line);
