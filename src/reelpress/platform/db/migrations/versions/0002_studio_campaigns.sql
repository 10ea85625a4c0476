-- API callers of Studio. The id is the wire's client id; secrets are keyed hashes.
CREATE TABLE studio_clients (
    id uuid PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL,
    secret_digest bytea NOT NULL,
    api_key_digest bytea UNIQUE,
    ip_allow cidr[] NOT NULL DEFAULT '{}',
    allow_get_token boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX studio_clients_workspace ON studio_clients (workspace_id, created_at);

CREATE TABLE studio_tokens (
    digest bytea PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    client_id uuid NOT NULL REFERENCES studio_clients (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX studio_tokens_client ON studio_tokens (client_id);
CREATE INDEX studio_tokens_expiry ON studio_tokens (expires_at);

-- Our normalised copy of an upload; the bytes are in the object store under assets/<sha256>.
CREATE TABLE assets (
    id uuid PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('mlt', 'video', 'image', 'audio', 'font')),
    name text NOT NULL,
    original_name text NOT NULL,
    media_type text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX assets_workspace ON assets (workspace_id, created_at DESC, id);
CREATE INDEX assets_content ON assets (sha256);
CREATE INDEX assets_file_name ON assets (workspace_id, lower(original_name), created_at DESC);

-- What a template names as its resources, and which asset stands for each (none: still missing).
CREATE TABLE asset_resources (
    template_id uuid NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    resource text NOT NULL,
    file_name text NOT NULL,
    asset_id uuid REFERENCES assets (id),
    PRIMARY KEY (template_id, resource)
);
CREATE INDEX asset_resources_missing ON asset_resources (workspace_id, lower(file_name)) WHERE asset_id IS NULL;
CREATE INDEX asset_resources_asset ON asset_resources (asset_id);

-- A media campaign; its id is the wire's use-case-id and stays the same over versions.
CREATE TABLE media_campaigns (
    id uuid PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'archived')),
    draft jsonb NOT NULL,
    current_version_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX media_campaigns_workspace ON media_campaigns (workspace_id, created_at DESC, id);

CREATE TABLE media_campaign_versions (
    id uuid PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    campaign_id uuid NOT NULL REFERENCES media_campaigns (id) ON DELETE CASCADE,
    number integer NOT NULL,
    name text NOT NULL,
    definition jsonb NOT NULL,
    plan jsonb NOT NULL,
    resources jsonb NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (campaign_id, number)
);
ALTER TABLE media_campaigns
    ADD FOREIGN KEY (current_version_id) REFERENCES media_campaign_versions (id)
    DEFERRABLE INITIALLY DEFERRED;

-- What a version renders from; holds those assets.
CREATE TABLE media_campaign_version_assets (
    version_id uuid NOT NULL REFERENCES media_campaign_versions (id) ON DELETE CASCADE,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    asset_id uuid NOT NULL REFERENCES assets (id),
    PRIMARY KEY (version_id, asset_id)
);
CREATE INDEX media_campaign_version_assets_asset ON media_campaign_version_assets (asset_id);

-- Egress secrets, sealed, by the destination they belong to: a changed address finds none.
CREATE TABLE media_campaign_secrets (
    campaign_id uuid NOT NULL REFERENCES media_campaigns (id) ON DELETE CASCADE,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    destination text NOT NULL,
    sealed bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (campaign_id, destination)
);
