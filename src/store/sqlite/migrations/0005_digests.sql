-- When a receiver last had a summary of a tenant, or when its first period began, without one.
CREATE TABLE digests (
    tenant   TEXT    NOT NULL,
    receiver TEXT    NOT NULL,
    sent_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, receiver)
) STRICT;
