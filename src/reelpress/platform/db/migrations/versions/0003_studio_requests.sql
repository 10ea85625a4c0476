-- Orders for media, the media, and the messages that say they are ready.

CREATE TABLE studio_requests (
    id                uuid PRIMARY KEY,
    workspace_id      text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    client_id         uuid NOT NULL,
    use_case_id       uuid NOT NULL,
    version_id        uuid NOT NULL,
    state             text NOT NULL DEFAULT 'accepted'
                      CHECK (state IN ('accepted', 'rendering', 'ready', 'failed')),
    -- Everything the caller said about her customer, encrypted.
    content           bytea NOT NULL,
    -- Keyed digests: they find equal requests and one customer's requests without naming her.
    identity          bytea NOT NULL,
    customer          bytea,
    -- Grows with each attempt; only the attempt that holds the newest may finish the request.
    fence             integer NOT NULL DEFAULT 0,
    faults            integer NOT NULL DEFAULT 0,
    reason            text,
    accepted_at       timestamptz NOT NULL,
    render_started_at timestamptz,
    finished_at       timestamptz,
    callback_done_at  timestamptz
);
CREATE INDEX studio_requests_newest ON studio_requests (workspace_id, accepted_at DESC, id DESC);
CREATE INDEX studio_requests_identity ON studio_requests (workspace_id, identity, accepted_at DESC);
CREATE INDEX studio_requests_customer ON studio_requests (workspace_id, customer, accepted_at DESC)
    WHERE customer IS NOT NULL;

CREATE TABLE studio_idempotency_keys (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    key          bytea NOT NULL,
    identity     bytea NOT NULL,
    request_id   uuid NOT NULL REFERENCES studio_requests (id) ON DELETE CASCADE,
    bound_at     timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key)
);
CREATE INDEX studio_idempotency_keys_age ON studio_idempotency_keys (bound_at);

-- A row is there before the first byte is stored, so no object can exist that no row knows of.
CREATE TABLE studio_media (
    id           text PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    request_id   uuid NOT NULL REFERENCES studio_requests (id) ON DELETE CASCADE,
    state        text NOT NULL DEFAULT 'storing' CHECK (state IN ('storing', 'ready', 'gone')),
    kind         text NOT NULL CHECK (kind IN ('video', 'image')),
    title        text NOT NULL,
    width        integer,
    height       integer,
    duration_s   double precision,
    -- Variant to size in bytes and entity tag: {"mp4": {"size": 1, "etag": "\"..\""}}.
    files        jsonb NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL,
    ready_at     timestamptz,
    expires_at   timestamptz
);
CREATE UNIQUE INDEX studio_media_of_request ON studio_media (request_id) WHERE state <> 'storing';
CREATE INDEX studio_media_expiry ON studio_media (expires_at) WHERE state = 'ready';
CREATE INDEX studio_media_unfinished ON studio_media (created_at) WHERE state = 'storing';

CREATE TABLE studio_callbacks (
    id           uuid PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    request_id   uuid NOT NULL REFERENCES studio_requests (id) ON DELETE CASCADE,
    state        text NOT NULL DEFAULT 'pending'
                 CHECK (state IN ('pending', 'delivered', 'exhausted', 'disabled')),
    destination  text NOT NULL,
    -- Tries of the current step; it picks the wait before the next one.
    tries        integer NOT NULL DEFAULT 0,
    reason       text,
    due_at       timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    done_at      timestamptz
);
CREATE INDEX studio_callbacks_of_request ON studio_callbacks (request_id);

-- One HTTP message each; the bytes are fixed when the callback is made, so that a resend repeats them.
CREATE TABLE studio_callback_steps (
    callback_id  uuid NOT NULL REFERENCES studio_callbacks (id) ON DELETE CASCADE,
    position     integer NOT NULL,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name         text NOT NULL,
    path         text NOT NULL,
    body         bytea NOT NULL,
    done_at      timestamptz,
    PRIMARY KEY (callback_id, position)
);

CREATE TABLE studio_callback_attempts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    callback_id  uuid NOT NULL REFERENCES studio_callbacks (id) ON DELETE CASCADE,
    step         text NOT NULL,
    started_at   timestamptz NOT NULL,
    elapsed_ms   integer NOT NULL,
    code         integer,
    fault        text,
    -- First 2 KB of what came back; it may repeat what was sent, so it is encrypted as well.
    answer       bytea
);
CREATE INDEX studio_callback_attempts_of_callback ON studio_callback_attempts (callback_id, id);

-- How an endpoint has been doing, shared by all workers.
CREATE TABLE studio_destinations (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    destination  text NOT NULL,
    failures     integer NOT NULL DEFAULT 0,
    paused_until timestamptz NOT NULL DEFAULT 'epoch',
    disabled_at  timestamptz,
    -- The moment up to which the send rate is spoken for (generic cell rate algorithm).
    booked_until timestamptz NOT NULL DEFAULT 'epoch',
    PRIMARY KEY (workspace_id, destination)
);
