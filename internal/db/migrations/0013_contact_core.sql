-- Typed fields, tags, topics, wordings with versions, consent by topic, the import that created a contact.
-- Owner: internal/contact.
-- +goose Up
ALTER TABLE contacts ADD COLUMN import_id {big} NOT NULL DEFAULT 0;

-- options: JSON list of the allowed values of a choice or a list.
ALTER TABLE contact_field ADD COLUMN options {text} NOT NULL DEFAULT '[]';
ALTER TABLE contact_field ADD COLUMN version {big} NOT NULL DEFAULT 1;
-- Beside kind: what values may still be until a job has turned them; 'removed' while the field goes; NULL for none.
ALTER TABLE contact_field ADD COLUMN turning {text};

-- What an account writes about. name and about are JSON with the three languages.
CREATE TABLE contact_topic (
    id          {pk},
    tenant_id   {big} NOT NULL,
    name        {text} NOT NULL,
    about       {text} NOT NULL,
    position    {int} NOT NULL,
    archived    {bool} NOT NULL,
    version     {big} NOT NULL,
    created_at  {big} NOT NULL
) {strict};
CREATE INDEX contact_topic_tenant ON contact_topic (tenant_id, position, id);

-- topic_id 0: the purpose as a whole.
ALTER TABLE consent ADD COLUMN topic_id {big} NOT NULL DEFAULT 0;
ALTER TABLE consent_proof ADD COLUMN wording_id {big};
ALTER TABLE consent_proof ADD COLUMN wording_version {big} NOT NULL DEFAULT 0;

-- The last action per contact, channel, purpose and topic: what the guard reads. Rebuilt: the topic is part of the key.
CREATE TABLE consent_state_topic (
    tenant_id   {big} NOT NULL,
    contact_id  {big} NOT NULL,
    channel     {text} NOT NULL,
    purpose     {text} NOT NULL,
    topic_id    {big} NOT NULL,
    action      {text} NOT NULL,
    consent_id  {big} NOT NULL,
    at          {big} NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, channel, purpose, topic_id)
) {strict_norowid};
INSERT INTO consent_state_topic (tenant_id, contact_id, channel, purpose, topic_id, action, consent_id, at)
SELECT tenant_id, contact_id, channel, purpose, 0, action, consent_id, at FROM consent_state;
DROP TABLE consent_state;
ALTER TABLE consent_state_topic RENAME TO consent_state;

-- Who left a topic, by keyed hash of the address: it outlives the contact, as the stop-list does.
CREATE TABLE topic_stop (
    tenant_id    {big} NOT NULL,
    address_hash {text} NOT NULL,
    channel      {text} NOT NULL,
    purpose      {text} NOT NULL,
    topic_id     {big} NOT NULL,
    at           {big} NOT NULL,
    PRIMARY KEY (tenant_id, address_hash, channel, purpose, topic_id)
) {strict_norowid};

-- What the person itself left, kept beside a stronger reason (a dead address), which may be released: scopes as in scope.
ALTER TABLE suppression ADD COLUMN left_scope {text} NOT NULL DEFAULT '';
UPDATE suppression SET left_scope = scope WHERE reason = 'unsubscribed';

-- The words that people agree to. The rows of wording_version never change.
CREATE TABLE wording (
    id          {pk},
    tenant_id   {big} NOT NULL,
    name        {text} NOT NULL,
    version     {big} NOT NULL,
    archived    {bool} NOT NULL,
    created_at  {big} NOT NULL
) {strict};
CREATE INDEX wording_tenant ON wording (tenant_id, id);
CREATE TABLE wording_version (
    tenant_id   {big} NOT NULL,
    wording_id  {big} NOT NULL,
    version     {big} NOT NULL,
    words       {text} NOT NULL,           -- JSON with the three languages
    keys        {text} NOT NULL,           -- JSON: what they are a consent to
    member_id   {big},
    at          {big} NOT NULL,
    PRIMARY KEY (tenant_id, wording_id, version)
) {strict_norowid};
CREATE INDEX consent_proof_wording ON consent_proof (tenant_id, wording_id, wording_version) WHERE wording_id IS NOT NULL;

CREATE TABLE tag (
    id          {pk},
    tenant_id   {big} NOT NULL,
    name        {text} NOT NULL,
    name_key    {text} NOT NULL,
    version     {big} NOT NULL,
    created_at  {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX tag_name ON tag (tenant_id, name_key);
CREATE TABLE contact_tag (
    tenant_id   {big} NOT NULL,
    tag_id      {big} NOT NULL,
    contact_id  {big} NOT NULL,
    added_at    {big} NOT NULL,
    PRIMARY KEY (tenant_id, tag_id, contact_id)
) {strict_norowid};
CREATE INDEX contact_tag_contact ON contact_tag (tenant_id, contact_id);
