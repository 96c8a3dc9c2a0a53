-- Who owns an app, by the directory: kept so that it need not be asked for at each scan.
CREATE TABLE owners (
    tenant     TEXT    NOT NULL,
    object_id  TEXT    NOT NULL,
    owners     TEXT    NOT NULL, -- JSON; an empty list: nobody
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, object_id)
) STRICT;

CREATE INDEX owners_by_time ON owners (fetched_at);
