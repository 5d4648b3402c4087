-- A life of version 3, a row or more of every table: a linked line with an open ask
-- that has reminders and terms, an ended one, a message that expires, one whose end is
-- unknown and one that waits for its file, an incoming message and its chat, a paused
-- line, a template, files, and webhooks of a line and of one that was removed.
insert into meta (name, value) values ('network', 'real');

insert into line (id, name, region, secret, account, phone, lid, state, trouble, since, created, out_seq, event_seq, paused_at, paused_reason, pace, undelivered, renderings, window_policy) values
    ('clinic', 'Клиника «Север»', 'RU', x'000102030405060708090a0b0c0d0e0f', '79000000001:7@s.whatsapp.net', '+79000000001', '100@lid', 'connected', '', 1772366400000, 1772366400001, 6, 4, null, null, null, 3600, 'native numbered', 'enforce'),
    ('spare', 'Запасная', '', x'ff', '', '', '', 'unlinked', '', 1772366400002, 1772366400002, 0, 0, 1772366400003, 'обед', '{"mode":"on","lineMs":2000,"lineBurst":10,"recipientMs":6000,"recipientBurst":45}', 86400, '', '');

insert into outbox (line, seq, key, hash, wa_id, ask, phones, chat_phone, chat_lid, chat_jid, content, payload, rendering, reason, status, status_at, code, server, settled, created, sent_at, priority, expires, begun, held, stage, file, detail, receipt_due, undelivered, warning, window_until) values
    ('clinic', 1, 'ask-open', x'aa01', '3EB0000000000000000001', 1, '+79123456789,+73433456789', '+79123456789', '5@lid', '5@lid',
        '{"Header":"","Body":"Придёте завтра?","Footer":"","Buttons":[{"id":"yes","text":"Приду"},{"id":"no","text":"Не приду"}],"Rendering":"native"}',
        x'0a0b', 'native', 'native', 'delivered', 1772366401000, '', 0, 1, 1772366400500, 1772366400900, 'dialogue', null, 1, 0, '', null, '', null, 1772366402001, '', null),
    ('clinic', 2, 'ask-ended', x'aa02', '3EB0000000000000000002', 1, '', '+79210001122', '6@lid', '6@lid', null, x'0c', 'numbered', 'auto', 'read', 1772366402000, '', 0, 1, 1772366401500, 1772366401700, 'normal', null, 1, 0, '', null, '', null, null, '', null),
    ('clinic', 3, 'unknown', x'aa03', '3EB0000000000000000003', 0, '+79210001122', '+79210001122', '6@lid', '6@lid', null, x'0d', '', '', 'unknown', 1772366403000, 'send_unknown', 0, 0, 1772366402500, null, 'normal', null, 1, 0, '', null, '', 4102444800000, null, 'window', 1772366403900),
    ('clinic', 4, 'queued', x'aa04', '3EB0000000000000000004', 0, '+79210001122', null, null, null, null, x'0e', '', '', 'queued', 1772366403500, '', 0, 0, 1772366403500, null, 'broadcast', 4102444800000, 0, 1, '', null, '', null, null, '', null),
    ('clinic', 5, 'ask-open#1', x'aa05', '3EB0000000000000000005', 0, '', '+79123456789', '5@lid', '5@lid', null, x'0f', '', '', 'sent', 1772366405000, '', 0, 1, 1772366404000, 1772366404900, 'dialogue', null, 1, 0, '', null, '', null, null, '', null),
    ('clinic', 6, 'file', x'aa06', '3EB0000000000000000006', 0, '+79123456789', '+79123456789', '5@lid', '5@lid', '{"Body":"Счёт"}', x'', '', '', 'queued', 1772366406000, '', 0, 0, 1772366406000, null, 'normal', null, 0, 0, 'upload', 'fil_1', '', null, null, '', null);

insert into ask (line, seq, id, wa_id, chat_phone, chat_lid, chat_jid, buttons, state, open, lang, created, deadline, host, node, context, outcome, asked, reminders, remind_at, reply_url, reply_mode, terms, misses, item, asked_phone, behind, persons) values
    ('clinic', 1, 'ask-open', '3EB0000000000000000001', '+79123456789', '5@lid', '5@lid', '[{"id":"yes","text":"Приду"},{"id":"no","text":"Не приду"}]', 'waiting', 1, 'ru', 1772366400500, 4102444800000, 'n8n-1', 'n1', x'7b2261223a317d', null, 1772366401000,
        '[{"due":1772366403900,"text":"Ждём ответа","state":"queued"},{"due":4102444700000,"text":"Последний раз","state":"planned"}]', 4102444700000, 'https://flows.example.com/wait/1', 'n8n', '{}', 1, 'lead-17', '+79123456789', null, null),
    ('clinic', 2, 'ask-ended', '3EB0000000000000000002', '+79210001122', '6@lid', '6@lid', '[{"id":"1","text":"Да"}]', 'no_answer', 0, 'en', 1772366401500, 1772366401900, null, '', null, '{"kind":"no_answer","at":"2026-03-01T12:00:01.9Z"}', null, null, null, null, '', null, 0, null, null, 'ask-open', '["+79210001122"]');

insert into event (line, seq, id, kind, at, body, message, payload) values
    ('clinic', 1, 'evt_1', 'line.state', 1772366400100, '{"id":"evt_1","cursor":1,"line":"clinic","kind":"line.state","at":"2026-03-01T12:00:00.1Z"}', null, null),
    ('clinic', 2, 'evt_2', 'message.incoming', 1772366400200, '{"id":"evt_2","cursor":2,"line":"clinic","kind":"message.incoming","at":"2026-03-01T12:00:00.2Z","message":{"id":"IN1","chat":{"phone":"+79123456789","lid":"5@lid","jid":"5@lid"},"from":{"phone":"+79123456789","lid":"5@lid","jid":"5@lid"},"kind":"text","text":"Здравствуйте","at":"2026-03-01T12:00:00Z"}}', 'IN1', x'0a05'),
    ('clinic', 3, 'evt_3', 'message.status', 1772366401000, '{"id":"evt_3","cursor":3,"line":"clinic","kind":"message.status","at":"2026-03-01T12:00:01Z","status":{"key":"ask-open","messageId":"3EB0000000000000000001","chat":{"phone":"+79123456789"},"status":"delivered"}}', null, null),
    ('clinic', 4, 'evt_4', 'line.state', 1772366405000, '{"id":"evt_4","cursor":4,"line":"clinic","kind":"line.state","at":"2026-03-01T12:00:05Z"}', null, null);

insert into delivery (seq, id, line, host, node, kind, attempt, at, body, context, acked, way, webhook, url, target, mode, opened, next_try, tried, reason, status, dead) values
    (7, 'dlv_open', 'clinic', 'node-red-1', 'n1', 'ask.outcome', 3, 1772366402100, '{"id":"ask-x","line":"clinic","state":"answered"}', x'7b7d', null, 'host', null, null, null, '', 1772366402100, 0, 1772366402200, '', 0, null),
    (8, 'dlv_url', 'clinic', 'n8n-1', 'n2', 'ask.outcome', 1, 1772366402150, '{"id":"ask-z","line":"clinic","state":"no_answer"}', null, null, 'url', null, 'https://flows.example.com/wait/2', 'https://flows.example.com', 'n8n', 1772366402150, 4102444700000, 1772366402250, 'status', 503, null),
    (9, 'dlv_done', 'gone', 'node-red-1', 'n2', 'ask.outcome', 1, 1772366402200, '{"id":"ask-y","line":"gone","state":"cancelled"}', null, 1772366402300, 'host', null, null, null, '', 1772366402200, 0, null, '', 0, null),
    (10, 'dlv_dead', 'clinic', 'node-red-2', '', 'event', 9, 1772366402400, '{"id":"evt_2","line":"clinic"}', null, null, 'webhook', 'whk_1', null, null, '', 1772366402400, 0, 1772366402500, 'status', 404, 1772366402600);

insert into webhook (id, line, name, url, host, events, secrets, lang, enabled, created, cursor, gone, head, attempt, failures, next_try, reason, status, tried, succeeded, filter) values
    ('whk_1', 'clinic', 'CRM', 'https://crm.example.com/hook', '', 'message.incoming,message.status', '[{"text":"whsec_AAAA"}]', 'ru', 1, 1772366400300, 3, null, '', 0, 0, 0, '', 200, 1772366402000, 1772366402000, '{"chats":["+79123456789"]}'),
    ('whk_2', 'gone', '', 'https://old.example.com/hook', 'node-red-1', '', '[{"text":"whsec_BBBB"}]', 'en', 1, 1772366400300, 0, 9, '', 0, 0, 0, '', 0, null, null, null);

insert into media (line, id, sum, kind, mime, name, size, seconds, width, height, thumb, remote, created, until) values
    ('clinic', 'fil_1', 'aa', 'document', 'application/pdf', 'Счёт.pdf', 1024, 0, 0, 0, null, null, 1772366406000, 4102444800000),
    ('clinic', 'fil_2', '', 'image', 'image/jpeg', '', 2048, 0, 640, 480, x'ffd8', x'0a01', 1772366400200, 4102444800000);

insert into chat (line, name, phone, lid, jid, title, folded, heard, unread) values
    ('clinic', '+79123456789', '+79123456789', '5@lid', '5@lid', 'Анна', 'анна', 1772366400200, '[]');

insert into template (name, language, version, category, status, content, created, updated) values
    ('visit', 'ru', 1, 'utility', 'approved', '{"body":"Ждём вас {{1}}"}', 1772366400000, 1772366400000);

insert into message_seen (line, chat, sender, id, at) values ('clinic', '+79123456789', '+79123456789', 'IN1', 1772366400200);

insert into allowance (line, name, until) values ('clinic', '', 1772366406000), ('clinic', '+79123456789', 1772366410000);

insert into contact (line, asked, found, phone, lid, jid, at) values
    ('clinic', '+79123456789', 1, '+79123456789', '5@lid', '5@lid', 1772366400300),
    ('clinic', '+73433456789', 0, null, null, null, 1772366400300);

insert into person (line, lid, phone, at) values ('clinic', '5@lid', '+79123456789', 1772366400200);

-- The hash of the token nl_version1.
insert into grant_token (id, hash, name, scope, line, created) values
    ('tok_line', x'81d64c37758c8c1efe87c1145e0a61afc0f58555987642393599ddbfd51d015d', 'Node-RED', 'line', 'clinic', 1772366400400),
    ('tok_admin', x'00', 'admin-token file', 'admin', null, 1772366400000);
