-- Something that happens in the business, not to a customer. `attributes` is a list of {"name", "type"}.
create table business_events (
    workspace_id text not null references workspaces (id) on delete cascade,
    id text not null check (id ~ '^[0-9a-f]{24}$'),
    name text not null,
    attributes jsonb not null,
    created_by text not null,
    created_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, name)
);

create table business_event_triggers (
    workspace_id text not null references workspaces (id) on delete cascade,
    id uuid primary key,
    business_event_id text not null,
    attributes jsonb not null,
    triggered_by text,
    at timestamptz not null,
    foreign key (workspace_id, business_event_id) references business_events (workspace_id, id)
        on delete cascade
);
create index business_event_triggers_event on business_event_triggers (workspace_id, business_event_id, at desc);
create index business_event_triggers_quota on business_event_triggers (workspace_id, at desc);

-- A child campaign is an occurrence with the trigger it answers to; stopped, with the reason, when it may not run.
alter table engage_occurrences
    add column trigger_id uuid references business_event_triggers (id) on delete cascade,
    add column stopped text,
    add constraint engage_occurrences_child unique (campaign_id, trigger_id);
create index engage_occurrences_trigger on engage_occurrences (trigger_id) where trigger_id is not null;

alter table engage_sends
    drop constraint engage_sends_kind_check,
    add constraint engage_sends_kind_check check (
        kind in ('TRIGGERED', 'ONE_TIME', 'PERIODIC', 'BUSINESS_EVENT', 'TEST')
    );

create index engage_campaigns_business on engage_campaigns (workspace_id, trigger_event)
    where delivery_type = 'BUSINESS_EVENT_TRIGGERED';
