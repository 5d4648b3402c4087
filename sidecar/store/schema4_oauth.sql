-- A grant that a person gave a program on the linking page is shown and revoked as a
-- token is. The hash of its row is of no text; what it works by is in oauth_token.
alter table grant_token add column client text; -- NULL: a token by itself
alter table grant_token add column until integer; -- when its last refresh token expires

create table oauth_code (
    hash      blob    primary key,
    token     text    references grant_token(id) on delete cascade, -- NULL: not used yet
    name      text    not null,
    line      text    not null references line(id) on delete cascade,
    client    text    not null,
    redirect  text    not null,
    challenge text    not null,
    expires   integer not null
) without rowid;
create index oauth_code_old on oauth_code (expires);

create table oauth_token (
    hash     blob    primary key,
    token    text    not null references grant_token(id) on delete cascade,
    kind     text    not null, -- access, refresh
    expires  integer not null,
    replaced integer -- of a refresh token: when it was first exchanged
) without rowid;
create index oauth_token_of on oauth_token (token);
create index oauth_token_old on oauth_token (expires);

-- Lines that were made on the linking page and that nobody has linked yet.
create table oauth_draft (
    line  text    primary key references line(id) on delete cascade,
    until integer not null
) without rowid;
