-- +goose Up

CREATE TABLE template (
    id          {pk},
    tenant_id   {big} NOT NULL,
    name        {text} NOT NULL,
    lang        {text} NOT NULL,
    letter      {text} NOT NULL,
    version     {big} NOT NULL,
    created_at  {big} NOT NULL,
    updated_at  {big} NOT NULL
) {strict};
CREATE INDEX template_tenant ON template (tenant_id, id);

-- Letters frozen for sending. Rows never change; equal letters share one (hash of letter and options).
CREATE TABLE revision (
    id          {pk},
    tenant_id   {big} NOT NULL,
    hash        {text} NOT NULL,
    letter      {text} NOT NULL,
    options     {text} NOT NULL,
    links       {text} NOT NULL,
    created_at  {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX revision_hash ON revision (tenant_id, hash);

-- Pages for the eye; they live for an hour.
CREATE TABLE preview (
    id          {pk},
    tenant_id   {big} NOT NULL,
    html        {text} NOT NULL,
    expires_at  {big} NOT NULL
) {strict};
CREATE INDEX preview_expires ON preview (expires_at);
