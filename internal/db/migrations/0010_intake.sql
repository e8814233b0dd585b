-- +goose Up

-- One file on its way into the contacts. position is the number of records done: saved in the transaction of the
-- contacts themselves, so that a crash neither repeats nor drops a row.
CREATE TABLE import (
    id            {pk},
    tenant_id     {big} NOT NULL,
    state         {text} NOT NULL,
    filename      {text} NOT NULL,
    size          {big} NOT NULL,
    sha256        {text} NOT NULL,
    blob_key      {text} NOT NULL,
    format        {text} NOT NULL,
    columns       {text} NOT NULL,
    rows_estimate {big} NOT NULL,
    settings      {text} NOT NULL,
    list_id       {big},
    proof_id      {big},
    position      {big} NOT NULL,
    counts        {text} NOT NULL,
    error_groups  {text} NOT NULL,
    job_id        {big},
    failure       {text} NOT NULL,
    created_by    {big},
    version       {big} NOT NULL,
    created_at    {big} NOT NULL,
    started_at    {big},
    finished_at   {big}
) {strict};
CREATE INDEX import_tenant ON import (tenant_id, id);

-- Rejected rows by the line of the file; the cells are read from the file when they are asked for.
CREATE TABLE import_reject (
    tenant_id   {big} NOT NULL,
    import_id   {big} NOT NULL,
    line        {big} NOT NULL,
    code        {text} NOT NULL,
    column_no   {int} NOT NULL,
    hint        {text} NOT NULL,
    PRIMARY KEY (tenant_id, import_id, line)
) {strict_norowid};
