-- Sign-up forms, what came in by them, and their figures. Owner: internal/form.
-- +goose Up

-- draft is JSON; published is the number of the version that visitors see, 0 for none yet.
CREATE TABLE form (
    id           {pk},
    tenant_id    {big} NOT NULL,
    page_key     {text} NOT NULL,          -- in the public address /p/f/…
    name         {text} NOT NULL,
    draft        {text} NOT NULL,
    published    {big} NOT NULL,
    closed       {bool} NOT NULL,          -- takes no submissions for now
    created_by   {big},
    created_at   {big} NOT NULL,
    changed_at   {big} NOT NULL,
    version      {big} NOT NULL            -- of the draft, the name and closed, for If-Match
) {strict};
CREATE UNIQUE INDEX form_page_key ON form (page_key);
CREATE INDEX form_tenant ON form (tenant_id, id);

-- Everything that was ever published: a submission names the version that was on the screen.
CREATE TABLE form_version (
    tenant_id    {big} NOT NULL,
    form_id      {big} NOT NULL,
    version      {big} NOT NULL,
    design       {text} NOT NULL,
    member_id    {big},
    at           {big} NOT NULL,
    PRIMARY KEY (tenant_id, form_id, version)
) {strict_norowid};

-- What somebody sent. answers are sealed, and wiped once they have become a contact or have run out; what remains are counts.
-- nonce is of the page that was shown: pressing its button twice is one submission.
CREATE TABLE form_submission (
    id           {pk},
    tenant_id    {big} NOT NULL,
    form_id      {big} NOT NULL,
    version      {big} NOT NULL,
    nonce        {text} NOT NULL,
    state        {text} NOT NULL,          -- pending, held, confirmed, accepted, unreachable, rejected, expired
    reason       {text} NOT NULL,          -- of held and unreachable
    answers      {bytes},
    address_hash {text} NOT NULL,          -- keyed, so that an erasure finds it; empty once wiped
    lang         {text} NOT NULL,
    page         {text} NOT NULL,
    ip           {text} NOT NULL,
    user_agent   {text} NOT NULL,
    letters      {int} NOT NULL,           -- how many were sent
    letter_at    {big},
    contact_id   {big},                    -- whom it became
    guest_tenant {big},                    -- where the letter was sent from, and to which contact there, by which consent
    guest_id     {big},
    guest_consent {big},
    at           {big} NOT NULL,
    expires_at   {big} NOT NULL,
    done_at      {big}
) {strict};
CREATE UNIQUE INDEX form_submission_nonce ON form_submission (form_id, nonce);
CREATE INDEX form_submission_form ON form_submission (tenant_id, form_id, id);
CREATE INDEX form_submission_address ON form_submission (tenant_id, address_hash) WHERE address_hash <> '';
CREATE INDEX form_submission_contact ON form_submission (tenant_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX form_submission_guest ON form_submission (guest_id) WHERE guest_id IS NOT NULL;
CREATE INDEX form_submission_expires ON form_submission (expires_at) WHERE answers IS NOT NULL;

-- day is days since 1970 in the account's zone. page is where the form stood, without its query; '…' gathers what is beyond the limit.
CREATE TABLE form_stat (
    tenant_id    {big} NOT NULL,
    form_id      {big} NOT NULL,
    day          {int} NOT NULL,
    page         {text} NOT NULL,
    views        {big} NOT NULL,
    submissions  {big} NOT NULL,
    confirmed    {big} NOT NULL,
    held         {big} NOT NULL,
    PRIMARY KEY (tenant_id, form_id, day, page)
) {strict_norowid};
