-- The memory of forewarn. Times are integer milliseconds since 1970 in UTC; ids are text; lists are JSON.

-- "fwrn": tells our file from any other SQLite database.
PRAGMA application_id = 1719104110;

-- One row that a ping writes to: reading alone would not notice a full disk.
CREATE TABLE pulse (
    beats INTEGER NOT NULL
) STRICT;

INSERT INTO pulse (beats) VALUES (0);

CREATE TABLE tenants (
    name          TEXT    NOT NULL PRIMARY KEY,
    scanned       INTEGER NOT NULL, -- 1 since a scan was complete for the first time
    last_success  INTEGER,
    apps          INTEGER,
    failures      INTEGER NOT NULL,
    failing_since INTEGER,
    last_error    TEXT,
    announced     INTEGER NOT NULL
) STRICT;

CREATE TABLE scans (
    id          TEXT    NOT NULL PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    error       TEXT, -- NULL: it was complete
    apps        INTEGER NOT NULL,
    credentials INTEGER NOT NULL,
    warnings    INTEGER NOT NULL
) STRICT;

CREATE TABLE credentials (
    tenant        TEXT    NOT NULL,
    object_id     TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    app_id        TEXT    NOT NULL,
    app_name      TEXT    NOT NULL,
    name          TEXT,
    hint          TEXT,
    starts_at     INTEGER,
    expires_at    INTEGER, -- NULL: never
    first_seen    INTEGER NOT NULL,
    fingerprint   INTEGER NOT NULL, -- the 64 bits of an unsigned number
    gone_at       INTEGER,
    life          INTEGER NOT NULL DEFAULT 0,
    announced     TEXT, -- JSON; NULL: nothing in this life with this end
    PRIMARY KEY (tenant, object_id, kind, credential_id)
) STRICT;

CREATE INDEX credentials_soonest ON credentials (expires_at)
    WHERE gone_at IS NULL AND expires_at IS NOT NULL;

-- A credential may be forgotten before its alerts are, so there is no foreign key to it.
CREATE TABLE alerts (
    id            TEXT    NOT NULL PRIMARY KEY,
    tenant        TEXT    NOT NULL,
    object_id     TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    life          INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    rung          INTEGER NOT NULL,
    reminder      INTEGER NOT NULL,
    severity      TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    decided_at    INTEGER NOT NULL
) STRICT;

-- The promise that no alert is decided twice.
CREATE UNIQUE INDEX alerts_decided_once
    ON alerts (tenant, object_id, kind, credential_id, life, expires_at, rung, reminder);

CREATE INDEX alerts_by_time ON alerts (decided_at);

CREATE TABLE notifications (
    id         TEXT    NOT NULL PRIMARY KEY,
    decided_at INTEGER NOT NULL,
    body       TEXT    NOT NULL -- JSON
) STRICT;

CREATE TABLE alert_notifications (
    alert_id        TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    notification_id TEXT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
    PRIMARY KEY (alert_id, notification_id)
) STRICT;

CREATE INDEX alert_notifications_back ON alert_notifications (notification_id);

-- Receivers that have ever had a delivery.
CREATE TABLE receivers (
    name TEXT NOT NULL PRIMARY KEY
) STRICT;

-- The outbox. A delivery waits until it has an outcome.
CREATE TABLE deliveries (
    id              TEXT    NOT NULL PRIMARY KEY,
    notification_id TEXT    NOT NULL REFERENCES notifications (id),
    receiver        TEXT    NOT NULL REFERENCES receivers (name),
    target          TEXT    NOT NULL,
    fallback        TEXT    NOT NULL, -- JSON
    created_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    leased_until    INTEGER,
    parts_done      INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0,
    failed_at       INTEGER, -- the last failure
    failure         TEXT,
    detail          TEXT,
    finished_at     INTEGER,
    outcome         TEXT CHECK (outcome IN ('delivered', 'given-up')),
    tried           INTEGER NOT NULL GENERATED ALWAYS AS (failures > 0 OR parts_done > 0) VIRTUAL,
    CHECK ((finished_at IS NULL) = (outcome IS NULL)),
    CHECK (finished_at IS NULL OR leased_until IS NULL)
) STRICT;

CREATE INDEX deliveries_waiting ON deliveries (receiver, tried, due_at, id)
    WHERE finished_at IS NULL;

CREATE INDEX deliveries_finished ON deliveries (receiver, finished_at, id)
    WHERE finished_at IS NOT NULL;

CREATE INDEX deliveries_failed ON deliveries (receiver, failed_at)
    WHERE failed_at IS NOT NULL AND outcome IS NOT 'delivered';

CREATE INDEX deliveries_of_notification ON deliveries (notification_id);

CREATE TABLE attempts (
    id          INTEGER NOT NULL PRIMARY KEY,
    delivery_id TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    at          INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL,
    part        INTEGER NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('part-done', 'delivered', 'retry', 'given-up')),
    failure     TEXT,
    detail      TEXT
) STRICT;

CREATE INDEX attempts_of_delivery ON attempts (delivery_id);

CREATE TABLE silences (
    id            TEXT    NOT NULL PRIMARY KEY,
    scope         TEXT    NOT NULL, -- JSON
    reason        TEXT    NOT NULL,
    author        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    even_critical INTEGER NOT NULL
) STRICT;
