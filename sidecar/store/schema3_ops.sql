-- Incoming messages are found by WhatsApp's id of them: to quote, forward or react.
alter table event add column message text; -- NULL: the event is of something else
alter table event add column payload blob; -- NULL: the event's text is the whole message
update event set message = json_extract(body, '$.message.id') where kind = 'message.incoming';
create index event_message on event (line, message, seq) where message is not null;

-- Who talks with a line: a direct chat by phone where that is known, else by LID; a
-- group by JID.
create table chat (
    line   text    not null references line(id) on delete cascade,
    name   text    not null, -- phone, LID or JID
    phone  text,
    lid    text,
    jid    text,
    title  text    not null, -- as the person calls himself
    folded text    not null, -- title in lower case
    heard  integer not null, -- 0: never
    unread text    not null, -- JSON list of bridge.Unread, oldest first
    primary key (line, name)
) without rowid;
create index chat_heard on chat (line, heard, name);
-- Who wrote in the events that are still there; what they call themselves comes with
-- their next message.
insert or ignore into chat (line, name, phone, lid, jid, title, folded, heard, unread)
    select line, coalesce(json_extract(body, '$.message.chat.phone'), json_extract(body, '$.message.chat.lid'), json_extract(body, '$.message.chat.jid')) as name,
        json_extract(body, '$.message.chat.phone'), json_extract(body, '$.message.chat.lid'), json_extract(body, '$.message.chat.jid'), '',
        coalesce(json_extract(body, '$.message.chat.phone'), '') || char(10) || coalesce(json_extract(body, '$.message.chat.lid'), '') || char(10) || coalesce(json_extract(body, '$.message.chat.jid'), ''), max(at), '[]'
    from event where kind = 'message.incoming' and json_extract(body, '$.message.fromMe') is null
        and json_extract(body, '$.message.chat.jid') is not null group by line, name;
