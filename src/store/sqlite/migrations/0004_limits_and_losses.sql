-- A channel takes so many messages in a time, whoever sends them: not before this time.
ALTER TABLE receivers ADD COLUMN not_before INTEGER;

-- Since when nothing arrives there; NULL: as far as is known, it works.
ALTER TABLE receivers ADD COLUMN failing_since INTEGER;

-- How many service principals the last complete scan listed; NULL: they are not read, or were never counted.
ALTER TABLE tenants ADD COLUMN principals INTEGER;
