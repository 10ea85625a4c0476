-- Events by the month they happened in. What belongs to no partition lands in the default one, so that
-- nothing is ever refused. There are no foreign keys: ingestion holds the profile while it writes, and a
-- check for each row would cost more than the row. See gone_profiles below for the other direction.
ALTER TABLE events RENAME TO events_before;
ALTER TABLE events_before RENAME CONSTRAINT events_pkey TO events_before_pkey;
ALTER INDEX events_profile RENAME TO events_before_profile;

CREATE TABLE events (
    workspace_id text NOT NULL,
    id uuid NOT NULL,
    profile_id text NOT NULL,
    name text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    user_time timestamptz NOT NULL,
    offset_s integer NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL,
    platform text,
    real_time boolean NOT NULL DEFAULT false,
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (id, user_time)
) PARTITION BY RANGE (user_time);
CREATE INDEX events_profile ON events (workspace_id, profile_id, name, user_time);
CREATE INDEX events_name ON events (workspace_id, name, user_time) INCLUDE (profile_id);
CREATE TABLE events_default PARTITION OF events DEFAULT;

-- One partition a month, named after it; rows that waited for it in the default partition move over.
-- True when there was none yet.
CREATE FUNCTION make_events_partition(moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    opens timestamptz := date_trunc('month', moment, 'UTC');
    closes timestamptz := date_trunc('month', opens + interval '32 days', 'UTC');
    named text := 'events_' || to_char(opens AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(named) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE 'CREATE TABLE ' || named || ' (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)';
    -- Nobody may write into the default partition between the move and the attachment.
    LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE 'WITH moved AS (DELETE FROM events_default WHERE user_time >= $1 AND user_time < $2 RETURNING *) '
        || 'INSERT INTO ' || named || ' SELECT * FROM moved' USING opens, closes;
    EXECUTE 'ALTER TABLE events ATTACH PARTITION ' || named || ' FOR VALUES FROM ('
        || quote_literal(opens) || ') TO (' || quote_literal(closes) || ')';
    RETURN true;
END $$;

-- Drops the months that end at or before the moment, and what is older in the default partition; the
-- number of months dropped.
CREATE FUNCTION drop_events_before(moment timestamptz) RETURNS integer
LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    named text;
    dropped integer := 0;
BEGIN
    FOR named IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname ~ '^events_[0-9]{4}_[0-9]{2}$'
          AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') AT TIME ZONE 'UTC' <= moment
    LOOP
        EXECUTE 'DROP TABLE ' || named;
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM events_default WHERE user_time < moment;
    RETURN dropped;
END $$;

-- The months that hold events of the last two years, and the next three.
SELECT make_events_partition(month)
FROM (
    SELECT DISTINCT date_trunc('month', user_time, 'UTC') AS month FROM events_before
    WHERE user_time >= now() - interval '2 years'
    UNION
    SELECT date_trunc('month', now(), 'UTC') + make_interval(months => ahead) FROM generate_series(0, 3) ahead
) AS months ORDER BY month;

-- Events of a sender who names its deliveries: a repeated one counts once, whatever time it claims.
CREATE TABLE event_deliveries (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX event_deliveries_age ON event_deliveries (received_at);

-- Their ids are named UUIDs (version 5), all others are random.
INSERT INTO event_deliveries (workspace_id, id, received_at)
SELECT workspace_id, id, received_at FROM events_before WHERE substr(id::text, 15, 1) = '5';
INSERT INTO events (workspace_id, id, profile_id, name, attributes, user_time, offset_s, received_at,
                    platform, real_time, details)
SELECT workspace_id, id, profile_id, name, attributes, user_time, offset_s, received_at,
       platform, real_time, details
FROM events_before;
DROP TABLE events_before;

-- With a profile go its events and changes: once for each statement, not a check for each row written.
ALTER TABLE profile_changes
    DROP CONSTRAINT profile_changes_workspace_id_fkey,
    DROP CONSTRAINT profile_changes_workspace_id_profile_id_fkey;
CREATE FUNCTION forget_gone_profiles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM events e USING gone g WHERE e.workspace_id = g.workspace_id AND e.profile_id = g.id;
    DELETE FROM profile_changes c USING gone g WHERE c.workspace_id = g.workspace_id AND c.profile_id = g.id;
    RETURN NULL;
END $$;
CREATE TRIGGER profiles_gone AFTER DELETE ON profiles REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION forget_gone_profiles();
