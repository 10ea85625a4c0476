-- A campaign is the mutable head; what it says lives in immutable versions.
create table engage_campaigns (
    workspace_id text not null references workspaces (id) on delete cascade,
    id text not null check (id ~ '^[0-9a-f]{24}$'),
    channel text not null check (channel in ('CONNECTOR', 'EMAIL')),
    delivery_type text not null check (
        delivery_type in ('ONE_TIME', 'PERIODIC', 'EVENT_TRIGGERED', 'BUSINESS_EVENT_TRIGGERED')
    ),
    status text not null default 'DRAFT' check (
        status in ('DRAFT', 'SCHEDULED', 'ACTIVE', 'SENDING', 'SENT', 'PAUSED', 'STOPPED')
    ),
    version_id uuid not null,
    version_number int not null,
    -- repeated here so that ingestion finds the campaigns of an event with one index
    trigger_event text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (workspace_id, id)
);
create index engage_campaigns_triggered on engage_campaigns (workspace_id, trigger_event)
    where status = 'ACTIVE' and delivery_type = 'EVENT_TRIGGERED';
create index engage_campaigns_newest on engage_campaigns (workspace_id, created_at desc, id);

create table engage_campaign_versions (
    workspace_id text not null,
    id uuid primary key,
    campaign_id text not null,
    number int not null,
    name text not null check (char_length(name) between 5 and 256),
    tags text[] not null default '{}' check (cardinality(tags) <= 5),
    trigger jsonb,
    audience jsonb not null,
    content jsonb not null,
    schedule jsonb,
    -- attribute keys by display name, as they were when this was written
    display_names jsonb not null,
    -- origin or mail server its sends go to; none for the built-in mailbox
    destination text,
    created_at timestamptz not null,
    created_by text not null,
    unique (workspace_id, campaign_id, number),
    foreign key (workspace_id, campaign_id) references engage_campaigns (workspace_id, id)
        on delete cascade
);

-- One run of a campaign over its audience: the page number and the cursor move
-- in the transaction that writes the page's sends, so a crash resumes exactly there.
create table engage_occurrences (
    workspace_id text not null,
    id uuid primary key,
    campaign_id text not null,
    version_id uuid not null references engage_campaign_versions (id) on delete cascade,
    due_at timestamptz not null,
    page int not null default 0,
    cursor text,
    members int not null default 0,
    started_at timestamptz,
    paged_at timestamptz,
    foreign key (workspace_id, campaign_id) references engage_campaigns (workspace_id, id)
        on delete cascade
);
create index engage_occurrences_campaign on engage_occurrences (workspace_id, campaign_id);

-- `occasion` is what the send answers to: the event, the occurrence, or the test itself.
create table engage_sends (
    workspace_id text not null references workspaces (id) on delete cascade,
    id uuid primary key,
    kind text not null check (kind in ('TRIGGERED', 'ONE_TIME', 'TEST')),
    campaign_id text not null,
    version_id uuid not null references engage_campaign_versions (id) on delete cascade,
    occasion uuid not null,
    profile_id text not null,
    event_attributes jsonb,
    state text not null default 'queued' check (
        state in ('queued', 'sending', 'sent', 'failed', 'skipped')
    ),
    category text,
    reason text,
    code int,
    ticket int not null default 0,
    fence int not null default 0,
    -- what the first attempt rendered, sealed, so that a later one sends the same bytes; none once finished
    rendered bytea check (rendered is null or state in ('queued', 'sending')),
    created_at timestamptz not null,
    finished_at timestamptz,
    unique (workspace_id, campaign_id, occasion, profile_id),
    foreign key (workspace_id, profile_id) references profiles (workspace_id, id) on delete cascade,
    foreign key (workspace_id, campaign_id) references engage_campaigns (workspace_id, id)
        on delete cascade
);
alter table engage_sends alter column rendered set storage external;
create index engage_sends_listing on engage_sends (workspace_id, campaign_id, created_at desc, id desc);
create index engage_sends_profile on engage_sends (workspace_id, profile_id, created_at desc);
create index engage_sends_open on engage_sends (workspace_id, campaign_id)
    where state in ('queued', 'sending');

-- A try is kept even when its run lost the fence: it did reach the outside.
create table engage_send_attempts (
    workspace_id text not null references workspaces (id) on delete cascade,
    send_id uuid not null references engage_sends (id) on delete cascade,
    fence int not null,
    number int not null,
    at timestamptz not null,
    code int,
    elapsed_ms int not null,
    error text,
    answer_head text,
    primary key (send_id, fence, number)
);

create table mailbox_messages (
    workspace_id text not null references workspaces (id) on delete cascade,
    id uuid not null,
    message_id text not null,
    sender text not null,
    recipient text not null,
    subject text not null,
    raw bytea not null,
    size int not null,
    deliveries int not null default 1,
    received_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, message_id, recipient)
);
create index mailbox_messages_newest on mailbox_messages (workspace_id, received_at desc, id desc);
alter table mailbox_messages alter column raw set storage external;
