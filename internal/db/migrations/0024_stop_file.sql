-- Files of addresses that must not be written to. Owner: internal/contact.
-- +goose Up

-- file_id: the file that brought the entry, NULL for none.
ALTER TABLE suppression ADD COLUMN file_id {big};
CREATE INDEX suppression_tenant ON suppression (tenant_id, id);

-- One file on its way to the stop-list. done: rows of it that are saved; the rest is read again after a crash.
-- cols, counts, rejects, failure are JSON. The file itself and the rejected values go when the work is over.
CREATE TABLE stop_file (
    id          {pk},
    tenant_id   {big} NOT NULL,
    state       {text} NOT NULL,
    filename    {text} NOT NULL,
    size        {big} NOT NULL,
    format      {text} NOT NULL,
    sheet       {text} NOT NULL,
    has_header  {bool} NOT NULL,
    cols        {text} NOT NULL,
    reason      {text} NOT NULL,
    note        {text} NOT NULL,
    row_count   {big} NOT NULL,
    done        {big} NOT NULL,
    counts      {text} NOT NULL,
    rejects     {text} NOT NULL,
    failure     {text} NOT NULL,
    proof_id    {big},
    job_id      {big},
    blob_key    {text} NOT NULL,
    created_by  {big},
    created_at  {big} NOT NULL,
    started_at  {big},
    finished_at {big}
) {strict};
CREATE INDEX stop_file_tenant ON stop_file (tenant_id, id);
