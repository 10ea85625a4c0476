-- `sealed` holds URL parameters, headers and body of the token request, encrypted: any of them may be
-- the secret. `token` is the cached access token, encrypted; the row lock makes its refresh single-flight.
CREATE TABLE engage_oauth_configurations (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{24}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    token_type text NOT NULL CHECK (token_type IN ('OPAQUE', 'JWT')),
    method text NOT NULL CHECK (method IN ('GET', 'POST', 'PUT', 'DELETE')),
    url text NOT NULL,
    body_type text NOT NULL CHECK (body_type IN ('RAW', 'JSON', 'FORM')),
    sealed bytea NOT NULL,
    response jsonb NOT NULL,
    allow_http boolean NOT NULL DEFAULT false,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'FAILED')),
    status_reason text,
    status_at timestamptz NOT NULL,
    token bytea,
    token_refresh_at timestamptz,
    token_expires_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX engage_oauth_configurations_name
    ON engage_oauth_configurations (workspace_id, lower(name));
