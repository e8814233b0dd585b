-- Campaigns: an order to send one letter to an audience at a time. Owner: internal/campaign.
-- +goose Up
CREATE TABLE campaign (
	id           {pk},
	tenant_id    {big} NOT NULL,
	name         {text} NOT NULL,
	state        {text} NOT NULL,          -- draft, scheduled, sending, paused, done, cancelled
	sender_id    {big},
	purpose      {text} NOT NULL,
	letter       {text} NOT NULL,          -- the draft; what is sent is the revision
	audience     {text} NOT NULL,
	track_opens  {bool} NOT NULL,
	track_clicks {bool} NOT NULL,
	revision_id  {big},                    -- set when it is ordered
	start_at     {big},                    -- when it leaves; from undo_until to start_at nothing differs but the words
	start_local  {text} NOT NULL,          -- as the person said it: 2026-12-01T10:00
	zone         {text} NOT NULL,          -- IANA name
	undo_until   {big},                    -- the seconds after "send now" in which it can still be called back
	round        {int} NOT NULL,           -- counts orders, so that a launch of an order that was called back does nothing
	problem      {text} NOT NULL,          -- code of what stopped the launch
	created_by   {big},
	created_at   {big} NOT NULL,
	updated_at   {big} NOT NULL,
	started_at   {big},
	finished_at  {big},
	version      {big} NOT NULL
) {strict};

CREATE INDEX campaign_tenant ON campaign(tenant_id, id);
