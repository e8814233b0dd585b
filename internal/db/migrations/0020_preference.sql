-- The preference page: what an account shows there, what contacts asked for on it, and their pauses.
-- +goose Up

-- One page per account. draft and design are JSON; version 0: nothing was published yet, the page shows the first design.
CREATE TABLE preference_page (
    tenant_id    {big} NOT NULL PRIMARY KEY,
    page_key     {text} NOT NULL,          -- in the public address /p/pref/…
    draft        {text} NOT NULL,
    edit         {big} NOT NULL,           -- version of the draft
    version      {big} NOT NULL,           -- of what is published
    changed_at   {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX preference_page_key ON preference_page (page_key);

-- Everything that was ever published: a consent names the version that was on the screen.
CREATE TABLE preference_version (
    tenant_id    {big} NOT NULL,
    version      {big} NOT NULL,
    design       {text} NOT NULL,
    member_id    {big},
    at           {big} NOT NULL,
    PRIMARY KEY (tenant_id, version)
) {strict_norowid};

-- Pictures; a row never changes.
CREATE TABLE preference_logo (
    id           {pk},
    tenant_id    {big} NOT NULL,
    media_type   {text} NOT NULL,
    width        {int} NOT NULL,
    height       {int} NOT NULL,
    picture      {bytes} NOT NULL,
    at           {big} NOT NULL
) {strict};
CREATE INDEX preference_logo_tenant ON preference_logo (tenant_id, id);

-- A letter that somebody asked for: with a link to the page, or to confirm a new address. The address is sealed, and wiped
-- when the letter is on its way or the change is done.
CREATE TABLE preference_ask (
    id           {pk},
    tenant_id    {big} NOT NULL,
    kind         {text} NOT NULL,          -- link, address
    contact_id   {big},                    -- whose address changes; NULL for link
    address      {bytes},                  -- sealed
    guest_id     {big},                    -- the contact that the letter went to, when it was there only for the letter, or was given
    guest_consent {big},                   -- this consent for it; both go when the ask does
    lang         {text} NOT NULL,
    ip           {text} NOT NULL,
    user_agent   {text} NOT NULL,
    at           {big} NOT NULL,
    expires_at   {big} NOT NULL,
    done_at      {big}
) {strict};
CREATE INDEX preference_ask_expires ON preference_ask (expires_at);
CREATE INDEX preference_ask_contact ON preference_ask (tenant_id, contact_id) WHERE contact_id IS NOT NULL;

-- Until when a contact wants no mailings on a channel. Owner: internal/contact; the guard reads it.
CREATE TABLE contact_pause (
    tenant_id    {big} NOT NULL,
    contact_id   {big} NOT NULL,
    channel      {text} NOT NULL,
    until_at     {big} NOT NULL,
    consent_id   {big} NOT NULL,           -- the record of it in consent
    PRIMARY KEY (tenant_id, contact_id, channel)
) {strict_norowid};
