-- Uploads in parts, corrections, undo, remembered mappings; external ids of contacts; how lists grow and shrink.
-- Owner: internal/intake; contacts.external_id and list_change belong to internal/contact.
-- +goose Up
ALTER TABLE contacts ADD COLUMN external_id {text};
CREATE UNIQUE INDEX contacts_external ON contacts (tenant_id, external_id) WHERE external_id IS NOT NULL;

-- Changes of a list's membership, counted by the hour (unix time / 3600) and the cause: an import writes one row
-- per batch, not one per contact. joined and gone are contacts.
CREATE TABLE list_change (
    tenant_id   {big} NOT NULL,
    list_id     {big} NOT NULL,
    hour        {big} NOT NULL,
    cause       {text} NOT NULL,
    joined      {big} NOT NULL,
    gone        {big} NOT NULL,
    PRIMARY KEY (tenant_id, list_id, hour, cause)
) {strict_norowid};

-- A file that is coming in parts. received is what is safely on the disk, in bytes.
CREATE TABLE upload (
    id          {pk},
    tenant_id   {big} NOT NULL,
    filename    {text} NOT NULL,
    size        {big} NOT NULL,
    received    {big} NOT NULL,
    blob_key    {text} NOT NULL,
    created_by  {big},
    created_at  {big} NOT NULL
) {strict};
CREATE INDEX upload_tenant ON upload (tenant_id, id);

ALTER TABLE import ADD COLUMN notes {text} NOT NULL DEFAULT '{}';
ALTER TABLE import ADD COLUMN undo {text} NOT NULL DEFAULT 'null';
ALTER TABLE import ADD COLUMN undo_until {big};
ALTER TABLE import_reject ADD COLUMN cells {text} NOT NULL DEFAULT '';

-- Rows of a file as people mended them before the run; a dropped row is passed over.
CREATE TABLE import_fix (
    tenant_id   {big} NOT NULL,
    import_id   {big} NOT NULL,
    line        {big} NOT NULL,
    cells       {text} NOT NULL,
    dropped     {bool} NOT NULL,
    PRIMARY KEY (tenant_id, import_id, line)
) {strict_norowid};

-- What an import did to contacts that were there already: values before and after, lists and tags it added.
-- Kept as long as the import can be undone. batch tells apart several changes of one contact.
CREATE TABLE import_change (
    tenant_id   {big} NOT NULL,
    import_id   {big} NOT NULL,
    contact_id  {big} NOT NULL,
    batch       {big} NOT NULL,
    change      {text} NOT NULL,
    PRIMARY KEY (tenant_id, import_id, contact_id, batch)
) {strict_norowid};

-- Where columns went the last time, by the headers of the file.
CREATE TABLE import_mapping (
    tenant_id   {big} NOT NULL,
    headers     {text} NOT NULL,
    settings    {text} NOT NULL,
    used_at     {big} NOT NULL,
    PRIMARY KEY (tenant_id, headers)
) {strict_norowid};
