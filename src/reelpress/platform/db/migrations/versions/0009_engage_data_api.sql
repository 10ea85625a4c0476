-- What the operator lets a workspace do; the Data API answers every state but 'active' with a refusal.
ALTER TABLE workspaces ADD COLUMN state text NOT NULL DEFAULT 'active'
    CHECK (state IN ('active', 'blocked', 'suspended', 'temporarily_suspended', 'blacklisted'));

-- A blocked device keeps its row; nothing is pushed to it.
ALTER TABLE profile_devices
    ADD COLUMN blocked_at timestamptz,
    ADD COLUMN block_reason text,
    ADD COLUMN client_reference_id text;

-- A merged customer stays as an empty profile, and goes when nothing was heard of it for a month.
ALTER TABLE profiles
    ADD COLUMN merged_into text,
    ADD COLUMN merged_at timestamptz;
CREATE INDEX profiles_merged ON profiles (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

-- A person to be forgotten. `identities` is what the request named, encrypted, and goes when it is done.
CREATE TABLE erasures (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('delete', 'erasure')),
    identities bytea,
    requested_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    erased integer,
    PRIMARY KEY (workspace_id, id),
    CHECK (done_at IS NULL OR identities IS NULL)
);
CREATE INDEX erasures_newest ON erasures (workspace_id, requested_at DESC);

-- Digests of MoEngage IDs that are gone: a late callback must not make a customer of such an id.
CREATE TABLE profile_tombstones (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    digest bytea NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);

-- Where an install came from, until the device that was installed on is known.
CREATE TABLE install_attributions (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    identifier text NOT NULL CHECK (identifier IN ('moe_gaid', 'idfv')),
    value text NOT NULL,
    publisher text,
    campaign text,
    source text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, identifier, value)
);
CREATE INDEX profile_devices_gaid ON profile_devices (workspace_id, (attributes ->> 'moe_gaid'))
    WHERE attributes ? 'moe_gaid';
CREATE INDEX profile_devices_idfv ON profile_devices (workspace_id, (attributes ->> 'idfv'))
    WHERE attributes ? 'idfv';

-- Cohorts that partners keep in step; the members hold the cohort's name in their attribute `moe_cohorts`.
CREATE TABLE cohorts (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    partner text NOT NULL,
    cohort_id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, partner, cohort_id)
);

-- Files that are taken in: where they lie, and what their columns mean. `url` is encrypted: it may be signed.
CREATE TABLE file_imports (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{24}$'),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('USERS', 'EVENTS')),
    file_name text NOT NULL,
    url bytea NOT NULL,
    allow_http boolean NOT NULL DEFAULT false,
    columns jsonb NOT NULL,
    every_minutes integer CHECK (every_minutes >= 5),
    next_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX file_imports_name ON file_imports (workspace_id, lower(name)) WHERE archived_at IS NULL;
CREATE INDEX file_imports_due ON file_imports (next_at) WHERE next_at IS NOT NULL AND archived_at IS NULL;

-- One reading of a file. `row_reached` moves with the results of its rows, so a crash resumes there.
CREATE TABLE file_import_runs (
    workspace_id text NOT NULL,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{24}$'),
    import_id text NOT NULL,
    state text NOT NULL DEFAULT 'QUEUED'
        CHECK (state IN ('QUEUED', 'PROCESSING', 'SUCCESSFUL', 'PARTIAL_SUCCESS', 'FAILED')),
    message text NOT NULL DEFAULT '',
    size_bytes bigint,
    content bytea,
    row_reached integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    updated integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    scheduled_at timestamptz NOT NULL,
    completed_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES file_imports (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX file_import_runs_newest ON file_import_runs (workspace_id, import_id, scheduled_at DESC, id);

-- What became of each row: never its values, only the profile it went to.
CREATE TABLE file_import_rows (
    workspace_id text NOT NULL,
    run_id text NOT NULL,
    number integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('added', 'updated', 'skipped', 'failed')),
    reason text NOT NULL DEFAULT '',
    profile_id text,
    PRIMARY KEY (workspace_id, run_id, number),
    FOREIGN KEY (workspace_id, run_id) REFERENCES file_import_runs (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX file_import_rows_profile ON file_import_rows (workspace_id, profile_id)
    WHERE profile_id IS NOT NULL;

-- Calls of the Data API per fixed window; filled only where the operator turned rate limits on.
CREATE TABLE data_api_rates (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    call text NOT NULL,
    window_start timestamptz NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (workspace_id, call, window_start)
);
