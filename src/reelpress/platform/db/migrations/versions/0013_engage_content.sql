-- Plain data that templates name: `{{ContentBlock['Footer']}}` is a text, `{{ProductSet.Shoes[0].title}}` a list
-- of objects. Neither is a template.
create table content_blocks (
    workspace_id text not null references workspaces (id) on delete cascade,
    name text not null,
    body text not null,
    updated_at timestamptz not null,
    primary key (workspace_id, name)
);

create table product_sets (
    workspace_id text not null references workspaces (id) on delete cascade,
    name text not null,
    items jsonb not null check (jsonb_typeof(items) = 'array'),
    updated_at timestamptz not null,
    primary key (workspace_id, name)
);
