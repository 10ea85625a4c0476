-- Text without regard to case, as `profiles.folded` holds it: full Unicode case folding, which
-- PostgreSQL has from version 18 on. Before that only the letters that `lower` knows are alike.
DO $do$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE FUNCTION engage_fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $fold$ SELECT casefold(value COLLATE "pg_unicode_fast") $fold$;
    ELSE
        CREATE FUNCTION engage_fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $fold$ SELECT lower(value) $fold$;
    END IF;
END
$do$;

-- Epoch milliseconds of a date or date-time, as `profiles.moments` holds them; NULL for other text. The
-- pattern has no groups to capture, which would take a hundred times as long, so the parts are cut out.
CREATE FUNCTION engage_moment(value text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $moment$
DECLARE
    day text := left(value, 10);
    clock_at int := CASE WHEN substr(value, 11, 1) IN ('T', ' ') THEN 12 ELSE 11 END;
    clock text := substr(value, clock_at, 8);
    behind text := substr(value, clock_at + 8);
    zone text := ltrim(ltrim(behind, '.'), '0123456789');
    fraction text := CASE WHEN behind LIKE '.%' THEN substr(behind, 2, length(behind) - 1 - length(zone)) END;
    zone_min int := 0;
    ms double precision;
BEGIN
    IF value !~ ('^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
                 '([T ]?([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-][0-9][0-9]:?[0-9][0-9])?)?$')
        OR length(fraction) > 9 OR NOT pg_input_is_valid(day, 'date') THEN
        RETURN NULL;
    END IF;
    IF zone NOT IN ('', 'Z') THEN
        zone_min := substr(zone, 2, 2)::int * 60 + right(zone, 2)::int;
        IF zone_min >= 1440 THEN
            RETURN NULL;
        END IF;
        IF left(zone, 1) = '-' THEN
            zone_min := -zone_min;
        END IF;
    END IF;
    ms := (day::date - DATE '1970-01-01') * 86400000.0 - zone_min * 60000;
    IF clock <> '' THEN
        ms := ms + left(clock, 2)::int * 3600000 + substr(clock, 4, 2)::int * 60000 + right(clock, 2)::int * 1000
            + left(rpad(coalesce(fraction, ''), 3, '0'), 3)::int;
    END IF;
    RETURN CASE WHEN ms BETWEEN -62135596800000 AND 253402300799999 THEN ms END;
END
$moment$;

-- Equality of strings without regard to case, of any attribute.
CREATE INDEX profiles_folded ON profiles USING gin (folded jsonb_path_ops);

-- A filter segment keeps its filters as they were given and the ids it refers to; a file segment its
-- members. `digest` is that of the filters' meaning: no two live segments mean the same.
CREATE TABLE custom_segments (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{24}$'),
    kind text NOT NULL CHECK (kind IN ('FILTER', 'FILE')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 256),
    included_filters jsonb CHECK ((included_filters IS NULL) = (kind = 'FILE')),
    display_names jsonb NOT NULL DEFAULT '{}',
    refers_to text[] NOT NULL DEFAULT '{}',
    digest bytea CHECK ((digest IS NULL) = (kind = 'FILE')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text,
    archived_at timestamptz,
    expires_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);
CREATE UNIQUE INDEX custom_segments_digest ON custom_segments (workspace_id, digest)
    WHERE archived_at IS NULL;

CREATE TABLE custom_segment_members (
    workspace_id text NOT NULL,
    segment_id text NOT NULL,
    profile_id text NOT NULL,
    PRIMARY KEY (workspace_id, segment_id, profile_id),
    FOREIGN KEY (workspace_id, segment_id) REFERENCES custom_segments (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, profile_id) REFERENCES profiles (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX custom_segment_members_profile ON custom_segment_members (workspace_id, profile_id);

-- One file to be read into a file segment, and what became of it.
CREATE TABLE custom_segment_files (
    workspace_id text NOT NULL,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{32}$'),
    segment_id text NOT NULL,
    operation text NOT NULL CHECK (operation IN ('create', 'add', 'remove', 'replace')),
    attribute text NOT NULL,
    attribute_type text NOT NULL CHECK (attribute_type IN ('string', 'double')),
    file_url text NOT NULL,
    callback_url text,
    emails text[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'failed')),
    values_found int,
    values_processed int,
    user_count int,
    error text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, segment_id) REFERENCES custom_segments (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX custom_segment_files_newest ON custom_segment_files (workspace_id, created_at DESC);

-- Calls counted in windows of fixed length, for the rate limits of the Segments API.
CREATE TABLE custom_segment_calls (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    call text NOT NULL,
    window_s int NOT NULL,
    starts_at timestamptz NOT NULL,
    calls int NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, call, window_s)
);
