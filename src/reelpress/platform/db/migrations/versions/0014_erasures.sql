-- A keyed digest of the order's user-id, so that requests without a customer-id are found as well.
ALTER TABLE studio_requests ADD COLUMN recipient bytea;
CREATE INDEX studio_requests_recipient ON studio_requests (workspace_id, recipient)
    WHERE recipient IS NOT NULL;

-- What a controller asked Studio to forget (OpenGDPR). Whom it named is kept as digests, until it is done.
CREATE TABLE studio_erasures (
    workspace_id       text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    subject_request_id uuid NOT NULL,
    subjects           bytea[] NOT NULL,
    requested_at       timestamptz NOT NULL,
    done_at            timestamptz,
    -- Requests that were emptied.
    erased             integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, subject_request_id)
);

-- Which studios Engage has to tell of an erasure, and what came of it.
CREATE TABLE erasure_notices (
    workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id           uuid PRIMARY KEY,
    erasure_id   uuid NOT NULL,
    address      text NOT NULL,
    -- The connector it goes with, and whom it names, encrypted; both empty once it is over.
    connector    jsonb,
    subjects     bytea,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'told', 'refused', 'failed')),
    tries        integer NOT NULL DEFAULT 0,
    code         integer,
    reason       text,
    done_at      timestamptz
);
CREATE INDEX erasure_notices_of_erasure ON erasure_notices (workspace_id, erasure_id);
