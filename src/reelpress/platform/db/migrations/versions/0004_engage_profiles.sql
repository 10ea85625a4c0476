-- Passwords of the Data API; the secret is a keyed hash, `hint` its last characters.
CREATE TABLE data_keys (
    id uuid PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    label text NOT NULL,
    digest bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    UNIQUE (workspace_id, digest)
);

-- id is the MoEngage ID. `folded` (strings without case) and `moments` (date-times as epoch
-- milliseconds) are derived from `attributes` by the code that writes it, so that SQL compares
-- exactly what memory compares.
CREATE TABLE profiles (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{24}$'),
    customer_id text,
    attributes jsonb NOT NULL DEFAULT '{}',
    folded jsonb NOT NULL DEFAULT '{}',
    moments jsonb NOT NULL DEFAULT '{}',
    platforms jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, customer_id)
) WITH (fillfactor = 85);
CREATE INDEX profiles_recent ON profiles (workspace_id, created_at DESC, id DESC);
CREATE INDEX profiles_email ON profiles (workspace_id, (attributes ->> 'u_em'));
CREATE INDEX profiles_mobile ON profiles (workspace_id, (attributes ->> 'u_mb'));

-- Which attributes an update set or removed; names only.
CREATE TABLE profile_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    profile_id text NOT NULL,
    at timestamptz NOT NULL,
    keys text[] NOT NULL,
    FOREIGN KEY (workspace_id, profile_id) REFERENCES profiles (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX profile_changes_profile ON profile_changes (workspace_id, profile_id, at DESC);

CREATE TABLE profile_devices (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    profile_id text NOT NULL,
    device_id text NOT NULL,
    platform text NOT NULL,
    push_id text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, profile_id, device_id),
    FOREIGN KEY (workspace_id, profile_id) REFERENCES profiles (workspace_id, id) ON DELETE CASCADE
);

-- Custom user attributes: the name people see, and the type of the first value.
CREATE TABLE attribute_catalog (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    key text NOT NULL,
    display_name text NOT NULL,
    type text NOT NULL CHECK (type IN ('string', 'double', 'bool', 'datetime', 'array', 'object')),
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, key)
);

-- user_time is the instant the event happened; user_time + offset_s is the customer's wall clock.
CREATE TABLE events (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
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
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, profile_id) REFERENCES profiles (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX events_profile ON events (workspace_id, profile_id, user_time DESC);

-- Events and their attributes as seen so far; attribute '' stands for the event itself.
CREATE TABLE event_catalog (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL,
    attribute text NOT NULL,
    type text NOT NULL,
    PRIMARY KEY (workspace_id, name, attribute)
);
