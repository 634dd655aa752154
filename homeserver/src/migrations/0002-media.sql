-- What was uploaded; the bytes are files. A row without size is reserved (POST /_matrix/media/v1/create) and not yet uploaded.
create table media (
  media_id text primary key,
  owner text not null,
  content_type text,
  file_name text,
  size bigint,
  created_ts bigint not null
);
create index media_reserved on media (owner) where size is null;
