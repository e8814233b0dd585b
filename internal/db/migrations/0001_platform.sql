-- +goose Up

-- Background work; see internal/jobs. State: 0 queued, 1 running, 2 paused, 3 done, 4 failed, 5 cancelled.
-- tenant_id is 0 for the system's own tasks.
CREATE TABLE task (
	id           {pk},
	tenant_id    {big}   NOT NULL,
	kind         {text}  NOT NULL,
	unique_key   {text},
	title        {text}  NOT NULL,
	visible      {bool}  NOT NULL,
	payload      {text}  NOT NULL,
	next_payload {text},             -- asked for again while running
	next_run_at  {big},
	state        {small} NOT NULL,
	run_at       {big}   NOT NULL,
	attempts     {int}   NOT NULL,
	max_attempts {int}   NOT NULL,
	owner        {text}  NOT NULL,
	token        {big}   NOT NULL,
	lease_until  {big}   NOT NULL,
	done         {big}   NOT NULL,
	total        {big}   NOT NULL,
	result       {text},
	last_error   {text},             -- code for people; the cause is in the log
	created_at   {big}   NOT NULL,
	started_at   {big},
	finished_at  {big}
) {strict};

CREATE INDEX task_open ON task (run_at, id) WHERE state < 2;
CREATE UNIQUE INDEX task_unique ON task (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state < 3;
CREATE INDEX task_visible ON task (tenant_id, id) WHERE visible;
CREATE INDEX task_finished ON task (finished_at) WHERE finished_at IS NOT NULL;

-- The right of one node to do something alone; see db.AcquireLease.
CREATE TABLE lease (
	name       {text} NOT NULL PRIMARY KEY,
	owner      {text} NOT NULL,
	token      {big}  NOT NULL,
	expires_at {big}  NOT NULL
) {strict_norowid};
