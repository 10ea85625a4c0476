-- Stretches of templates that melt drew once. The object is named by its digest, and shared by all who have
-- a row for it; a row goes a day after its last use, unless a version holds it.

CREATE TABLE studio_films (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    digest       text NOT NULL,
    used_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);
CREATE INDEX studio_films_digest ON studio_films (digest);
CREATE INDEX studio_films_used ON studio_films (used_at);

-- What a version renders from; holds those films.
CREATE TABLE media_campaign_version_films (
    version_id   uuid NOT NULL REFERENCES media_campaign_versions (id) ON DELETE CASCADE,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    digest       text NOT NULL,
    PRIMARY KEY (version_id, digest),
    FOREIGN KEY (workspace_id, digest) REFERENCES studio_films (workspace_id, digest)
        DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX media_campaign_version_films_film ON media_campaign_version_films (workspace_id, digest);
