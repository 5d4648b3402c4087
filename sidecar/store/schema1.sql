-- Times are Unix milliseconds. An empty address field is NULL, so that it matches nothing.

create table meta (
    name  text primary key,
    value text not null
) without rowid;

create table line (
    id        text primary key,
    name      text not null,
    region    text not null,
    secret    blob not null,
    account   text not null,
    phone     text not null,
    lid       text not null,
    state     text not null,
    trouble   text not null,
    since     integer not null,
    created   integer not null,
    out_seq   integer not null default 0,
    event_seq integer not null default 0
) without rowid;

create table outbox (
    line       text    not null references line(id) on delete cascade,
    seq        integer not null,
    key        text    not null,
    hash       blob    not null,
    wa_id      text    not null,
    ask        integer not null,
    phones     text    not null, -- separated by commas
    chat_phone text,
    chat_lid   text,
    chat_jid   text,
    content    text,             -- JSON; NULL: empty
    payload    blob    not null,
    rendering  text    not null,
    reason     text    not null,
    status     text    not null,
    status_at  integer not null,
    code       text    not null,
    server     integer not null,
    settled    integer not null,
    created    integer not null,
    sent_at    integer,          -- by WhatsApp's clock
    primary key (line, seq)
) without rowid;
create unique index outbox_key on outbox (line, key);
create index outbox_wa_id on outbox (line, wa_id);
create index outbox_unsettled on outbox (line, seq) where settled = 0;

create table ask (
    line       text    not null,
    seq        integer not null, -- of its message
    id         text    not null,
    wa_id      text    not null,
    chat_phone text,
    chat_lid   text,
    chat_jid   text,
    buttons    text    not null, -- JSON list
    state      text    not null,
    open       integer not null, -- 1 until there is an outcome
    lang       text    not null,
    created    integer not null,
    deadline   integer not null,
    host       text,             -- NULL: nobody waits to be told
    node       text    not null,
    context    blob,
    outcome    text,             -- JSON
    primary key (line, seq),
    foreign key (line, seq) references outbox (line, seq) on delete cascade
) without rowid;
create unique index ask_id on ask (line, id);
create index ask_wa_id on ask (line, wa_id);
create index ask_by_phone on ask (line, chat_phone, open, seq);
create index ask_by_lid on ask (line, chat_lid, open, seq);
create index ask_by_jid on ask (line, chat_jid, open, seq);
create index ask_open on ask (line) where open = 1;
create index ask_due on ask (deadline) where open = 1;

create table event (
    line text    not null references line(id) on delete cascade,
    seq  integer not null,
    id   text    not null,
    kind text    not null,
    at   integer not null,
    body text    not null, -- JSON of schema.Event
    primary key (line, seq)
) without rowid;

-- Deliveries outlive their line: the host still has to hear how its asks ended.
create table delivery (
    seq     integer primary key autoincrement,
    id      text    not null unique,
    line    text    not null,
    host    text    not null,
    node    text    not null,
    kind    text    not null,
    attempt integer not null,
    at      integer not null,
    body    text    not null, -- JSON of schema.Ask
    context blob,
    acked   integer
);
create index delivery_open on delivery (line, host, seq) where acked is null;
create index delivery_old on delivery (acked) where acked is not null;

create table message_seen (
    line   text    not null references line(id) on delete cascade,
    chat   text    not null,
    sender text    not null,
    id     text    not null,
    at     integer not null,
    primary key (line, chat, sender, id)
) without rowid;
create index message_seen_old on message_seen (at);

create table contact (
    line     text    not null references line(id) on delete cascade,
    asked    text    not null,
    found    integer not null,
    phone    text,
    lid      text,
    jid      text,
    at       integer not null,
    primary key (line, asked)
) without rowid;

create table person (
    line  text not null references line(id) on delete cascade,
    lid   text not null,
    phone text not null,
    primary key (line, lid)
) without rowid;
create index person_phone on person (line, phone);

create table grant_token (
    id      text primary key,
    hash    blob    not null unique,
    name    text    not null,
    scope   text    not null,
    line    text    references line(id) on delete cascade,
    created integer not null
) without rowid;
