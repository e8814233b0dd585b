-- +goose Up

-- One file of contacts on its way out. The file lies in the blob store until expires_at; the row stays, because it tells who took what and why.
CREATE TABLE export (
    id          {pk},
    tenant_id   {big} NOT NULL,
    state       {text} NOT NULL,
    format      {text} NOT NULL,
    filename    {text} NOT NULL,
    ask         {text} NOT NULL,
    reason      {text} NOT NULL,
    row_count   {big} NOT NULL,
    size        {big} NOT NULL,
    blob_key    {text} NOT NULL,
    job_id      {big},
    failure     {text} NOT NULL,
    downloads   {int} NOT NULL,
    created_by  {big},
    created_at  {big} NOT NULL,
    finished_at {big},
    expires_at  {big}
) {strict};
CREATE INDEX export_tenant ON export (tenant_id, id);
