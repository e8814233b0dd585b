-- +goose Up

-- email and phone are as given (trimmed); email_key and phone (E.164) are for comparison. The hashes are keyed
-- (HMAC), equal to suppression.address_hash, so that the guard joins without computing anything.
-- search_key holds the lower-case words that a person may type, each after one space.
CREATE TABLE contacts (
    id          {pk},
    tenant_id   {big} NOT NULL,
    sort        {text} NOT NULL,
    email       {text} NOT NULL,
    email_key   {text},
    email_hash  {text},
    phone       {text},
    phone_hash  {text},
    first_name  {text} NOT NULL,
    last_name   {text} NOT NULL,
    lang        {text} NOT NULL,
    fields      {json} NOT NULL,
    search_key  {text} NOT NULL,
    version     {big} NOT NULL,
    created_at  {big} NOT NULL,
    updated_at  {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX contacts_email ON contacts (tenant_id, email_key);
CREATE INDEX contacts_tenant ON contacts (tenant_id, id);
CREATE INDEX contacts_phone ON contacts (tenant_id, phone) WHERE phone IS NOT NULL;

CREATE TABLE contact_field (
    id          {pk},
    tenant_id   {big} NOT NULL,
    field_key   {text} NOT NULL,
    label       {text} NOT NULL,
    kind        {text} NOT NULL,
    created_at  {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX contact_field_key ON contact_field (tenant_id, field_key);

-- How a consent came about. One row serves all contacts of one import.
CREATE TABLE consent_proof (
    id          {pk},
    tenant_id   {big} NOT NULL,
    source      {text} NOT NULL,
    wording     {text} NOT NULL,
    evidence    {text} NOT NULL,
    ip          {text} NOT NULL,
    user_agent  {text} NOT NULL,
    member_id   {big},
    act_seq     {big} NOT NULL,
    import_id   {big} NOT NULL,
    obtained_at {big} NOT NULL,
    at          {big} NOT NULL
) {strict};

-- Append-only: what was granted and withdrawn, in order.
CREATE TABLE consent (
    id          {pk},
    tenant_id   {big} NOT NULL,
    contact_id  {big} NOT NULL,
    channel     {text} NOT NULL,
    purpose     {text} NOT NULL,
    action      {text} NOT NULL,
    proof_id    {big} NOT NULL,
    at          {big} NOT NULL
) {strict};
CREATE INDEX consent_contact ON consent (tenant_id, contact_id, id);

-- The last action per contact, channel and purpose: what the guard reads.
CREATE TABLE consent_state (
    tenant_id   {big} NOT NULL,
    contact_id  {big} NOT NULL,
    channel     {text} NOT NULL,
    purpose     {text} NOT NULL,
    action      {text} NOT NULL,
    consent_id  {big} NOT NULL,
    at          {big} NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, channel, purpose)
) {strict_norowid};

-- The stop-list. It knows addresses by keyed hash, so it outlives the contact; address is blanked to a hint
-- when the contact is deleted. scope: 'all', or 'advertising' (someone who only left the mailings).
CREATE TABLE suppression (
    id           {pk},
    tenant_id    {big} NOT NULL,
    channel      {text} NOT NULL,
    address_hash {text} NOT NULL,
    address      {text} NOT NULL,
    scope        {text} NOT NULL,
    reason       {text} NOT NULL,
    detail       {text} NOT NULL,
    member_id    {big},
    at           {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX suppression_address ON suppression (tenant_id, address_hash, channel);

CREATE TABLE contact_list (
    id          {pk},
    tenant_id   {big} NOT NULL,
    name        {text} NOT NULL,
    name_key    {text} NOT NULL,
    version     {big} NOT NULL,
    created_at  {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX contact_list_name ON contact_list (tenant_id, name_key);

CREATE TABLE list_member (
    tenant_id   {big} NOT NULL,
    list_id     {big} NOT NULL,
    contact_id  {big} NOT NULL,
    added_at    {big} NOT NULL,
    PRIMARY KEY (tenant_id, list_id, contact_id)
) {strict_norowid};
CREATE INDEX list_member_contact ON list_member (tenant_id, contact_id);
