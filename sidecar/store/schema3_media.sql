-- Files of messages: uploaded, fetched, or still at WhatsApp.
create table media (
    line    text    not null references line(id) on delete cascade,
    id      text    not null,
    sum     text    not null, -- '': its bytes are not here
    kind    text    not null,
    mime    text    not null,
    name    text    not null,
    size    integer not null,
    seconds integer not null,
    width   integer not null,
    height  integer not null,
    thumb   blob,
    remote  blob,             -- what WhatsApp wants to know to give it; NULL: it is not there
    created integer not null,
    until   integer not null,
    primary key (line, id)
) without rowid;
create index media_old on media (until);
create index media_sum on media (sum) where sum <> '';

-- What is still to be done before a message can go: 'fetch', 'upload' or nothing.
alter table outbox add column stage  text not null default '';
alter table outbox add column file   text;                     -- its row in media
alter table outbox add column detail text not null default ''; -- of its code
create index outbox_file on outbox (line, file) where settled = 0 and file is not null;
