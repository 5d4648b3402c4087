-- Message templates, every version of each; they belong to all lines.
create table template (
    name     text    not null,
    language text    not null,
    version  integer not null,
    category text    not null,
    status   text    not null,
    content  text    not null, -- JSON of schema.TemplateContent
    created  integer not null, -- of version 1
    updated  integer not null,
    primary key (name, language, version)
) without rowid;
