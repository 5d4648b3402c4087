-- A line's preferred renderings, separated by spaces; empty: numbered text alone.
alter table line add column renderings text not null default '';
