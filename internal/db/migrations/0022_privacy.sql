-- The register of requests of people about their own data. Owner: internal/privacy.
-- +goose Up
CREATE TABLE privacy_request (
    id           {pk},
    tenant_id    {big} NOT NULL,
    kind         {text} NOT NULL,          -- export, erasure, correction
    source       {text} NOT NULL,          -- page, member, api
    state        {text} NOT NULL,          -- new, running, done, refused
    contact_id   {big} NOT NULL,           -- stays after an erasure: a bare number
    hint         {text} NOT NULL,          -- of the address, for people; empty after an erasure
    note         {text} NOT NULL,          -- why it was refused, on which ground; no personal data is asked for
    member_id    {big},                    -- who entered or decided it
    received_at  {big} NOT NULL,
    due_at       {big} NOT NULL,
    done_at      {big},
    job_id       {big},
    blob_key     {text} NOT NULL,          -- the file of a copy, for seven days
    size         {big} NOT NULL,
    expires_at   {big}
) {strict};
CREATE INDEX privacy_request_tenant ON privacy_request (tenant_id, id);
CREATE INDEX privacy_request_contact ON privacy_request (tenant_id, contact_id);
CREATE INDEX privacy_request_open ON privacy_request (tenant_id, due_at) WHERE done_at IS NULL;
