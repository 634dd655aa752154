-- One row a field: displayname, avatar_url, and the free fields of MSC4133. Values are JSON.
create table profile (
  user_id text not null,
  field text not null,
  value text not null,
  primary key (user_id, field)
) /*sqlite: without rowid */;
