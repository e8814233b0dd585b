-- Segments: named conditions over contacts. Owner: internal/contact/segment.
-- +goose Up
CREATE TABLE segment (
    id          {pk},
    tenant_id   {big} NOT NULL,
    name        {text} NOT NULL,
    name_key    {text} NOT NULL,
    tree        {text} NOT NULL,           -- the condition, JSON
    counted     {big} NOT NULL,            -- how many were in it when it was counted last
    counted_at  {big},                     -- NULL: never
    created_by  {big},
    version     {big} NOT NULL,
    created_at  {big} NOT NULL,
    updated_at  {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX segment_name ON segment (tenant_id, name_key);

-- What conditions read of all contacts, in one narrow tree: SQLite reads a row of it in a third of the time of the wide row
-- (docs/decisions/0009-segments.md). PostgreSQL scans the table by several processes and needs none.
{only_sqlite}CREATE INDEX contacts_scan ON contacts (tenant_id, sort, id, lang, created_at, updated_at, import_id, fields);
