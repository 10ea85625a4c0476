-- An activated attribute has an index of its own on profiles, made when it is activated first in any workspace.
CREATE TABLE workspace_identifiers (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    key          text NOT NULL,
    activated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key)
);
