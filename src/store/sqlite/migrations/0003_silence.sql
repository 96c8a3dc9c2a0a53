-- Silences break at a severity, and tell how they came to their end.
ALTER TABLE silences ADD COLUMN breaks_at TEXT; -- a severity; NULL: it holds whatever comes
ALTER TABLE silences ADD COLUMN ended_at  INTEGER; -- NULL: it lasts until ends_at
ALTER TABLE silences ADD COLUMN ended_how TEXT; -- JSON; NULL as long as ended_at is

UPDATE silences SET breaks_at = 'critical'
WHERE even_critical = 0 AND scope ->> 'on' = 'credential';

ALTER TABLE silences DROP COLUMN even_critical;

-- Random keys, made once, and the same for every process on this database.
CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    key  BLOB NOT NULL
) STRICT;
