-- What the DNS says about the domains of contacts, duplicates, merges and their undoing, second addresses.
-- Owner: internal/contact.
-- +goose Up

-- The last word of the DNS about one domain, for all contacts of the account there.
CREATE TABLE domain_check (
    tenant_id   {big} NOT NULL,
    domain      {text} NOT NULL,
    state       {text} NOT NULL,
    confirmed   {bool} NOT NULL,
    checked_at  {big} NOT NULL,
    PRIMARY KEY (tenant_id, domain)
) {strict_norowid};

-- A merge of contacts into one. kept is sealed: the contacts as they were before and what became of them, for undoing; it goes
-- when the merge can no longer be undone.
CREATE TABLE contact_merge (
    id          {pk},
    tenant_id   {big} NOT NULL,
    into_id     {big} NOT NULL,
    contacts    {int} NOT NULL,
    member_id   {big},
    at          {big} NOT NULL,
    undo_until  {big} NOT NULL,
    undone_at   {big},
    kept        {bytes}
) {strict};
CREATE INDEX contact_merge_tenant ON contact_merge (tenant_id, id);
CREATE INDEX contact_merge_into ON contact_merge (tenant_id, into_id);
CREATE INDEX contact_merge_until ON contact_merge (undo_until) WHERE kept IS NOT NULL;

-- Who a contact that is no more became: deliveries, events and consents keep the old number and are read through this.
CREATE TABLE contact_merged (
    tenant_id   {big} NOT NULL,
    from_id     {big} NOT NULL,
    into_id     {big} NOT NULL,
    merge_id    {big} NOT NULL,
    PRIMARY KEY (tenant_id, from_id)
) {strict_norowid};
CREATE INDEX contact_merged_into ON contact_merged (tenant_id, into_id);

-- Further addresses of a contact, from merges: an import or a form that names one finds the person. kind: email, phone.
CREATE TABLE contact_alias (
    tenant_id   {big} NOT NULL,
    address_key {text} NOT NULL,
    kind        {text} NOT NULL,
    address     {text} NOT NULL,
    contact_id  {big} NOT NULL,
    from_id     {big} NOT NULL,
    at          {big} NOT NULL,
    PRIMARY KEY (tenant_id, address_key)
) {strict_norowid};
CREATE INDEX contact_alias_contact ON contact_alias (tenant_id, contact_id);
CREATE INDEX contact_alias_from ON contact_alias (tenant_id, from_id);

-- What the last search for duplicates found; group_id counts from the surest.
CREATE TABLE duplicate_group (
    tenant_id   {big} NOT NULL,
    group_id    {big} NOT NULL,
    reasons     {text} NOT NULL,
    sureness    {int} NOT NULL,
    PRIMARY KEY (tenant_id, group_id)
) {strict_norowid};
CREATE TABLE duplicate_member (
    tenant_id   {big} NOT NULL,
    group_id    {big} NOT NULL,
    contact_id  {big} NOT NULL,
    PRIMARY KEY (tenant_id, group_id, contact_id)
) {strict_norowid};
CREATE INDEX duplicate_member_contact ON duplicate_member (tenant_id, contact_id);

-- Pairs of which somebody said that they are two people; first_id < second_id.
CREATE TABLE duplicate_denied (
    tenant_id   {big} NOT NULL,
    first_id    {big} NOT NULL,
    second_id   {big} NOT NULL,
    PRIMARY KEY (tenant_id, first_id, second_id)
) {strict_norowid};
CREATE INDEX duplicate_denied_second ON duplicate_denied (tenant_id, second_id);
