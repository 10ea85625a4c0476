-- Pieces of videos in the object store. An object is referred to by media; without one it goes within a day.

CREATE TABLE studio_segments (
    object       text PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- What the segment shows, as a digest; several objects may hold the same where two made it at once.
    key          text NOT NULL,
    bytes        bigint NOT NULL DEFAULT 0,
    -- False until its bytes are there.
    stored       boolean NOT NULL DEFAULT false,
    used_at      timestamptz NOT NULL
);
CREATE INDEX studio_segments_key ON studio_segments (workspace_id, key) WHERE stored;
CREATE INDEX studio_segments_used ON studio_segments (used_at);

CREATE TABLE studio_medium_segments (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    media_id     text NOT NULL REFERENCES studio_media (id) ON DELETE CASCADE,
    object       text NOT NULL,
    PRIMARY KEY (media_id, object)
);
CREATE INDEX studio_medium_segments_object ON studio_medium_segments (object);
