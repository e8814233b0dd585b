-- What visitors see of the installation. Owners: internal/status (the state of its parts, outages; no account's), internal/showcase (our clients).
-- +goose Up
CREATE TABLE status_part (
	part       {text} NOT NULL PRIMARY KEY, -- database, work, sending, mail_in
	state      {text} NOT NULL,             -- works, slow, down
	since      {big} NOT NULL,
	checked_at {big} NOT NULL
) {strict};

-- Minutes of a day, by UTC: looked at, with trouble among them, and passed without anybody looking.
CREATE TABLE status_day (
	part     {text} NOT NULL,
	day      {text} NOT NULL,               -- 2026-11-24
	checks   {int} NOT NULL,
	troubled {int} NOT NULL,
	missed   {int} NOT NULL,
	PRIMARY KEY (part, day)
) {strict_norowid};

CREATE TABLE status_outage (
	id         {pk},
	kind       {text} NOT NULL,             -- fault, planned
	impact     {text} NOT NULL,             -- slow, down
	parts      {text} NOT NULL,             -- JSON: names of parts
	title      {text} NOT NULL,             -- JSON: three languages
	starts_at  {big} NOT NULL,
	ends_at    {big},                       -- of planned work: expected; of a fault: when it was over
	created_at {big} NOT NULL
) {strict};

CREATE TABLE status_update (
	id        {pk},
	outage_id {big} NOT NULL,
	stage     {text} NOT NULL,              -- seen, found, watching, planned, over
	body      {text} NOT NULL,              -- JSON: three languages
	member_id {big} NOT NULL,
	at        {big} NOT NULL
) {strict};
CREATE INDEX status_update_of ON status_update (outage_id, id);

-- A customer whose name and logo may stand on "Our clients" (CMP-10).
CREATE TABLE showcase_client (
	id          {pk},
	tenant_id   {big} NOT NULL UNIQUE,
	state       {text} NOT NULL,            -- waiting, shown, refused, ended
	name        {text} NOT NULL,
	site        {text} NOT NULL,
	media_type  {text} NOT NULL,
	width       {int} NOT NULL,
	height      {int} NOT NULL,
	picture     {bytes} NOT NULL,
	hash        {text} NOT NULL,            -- of the picture, in its address
	reason      {text} NOT NULL,            -- why it was refused
	allowed_by  {big} NOT NULL,
	allowed_at  {big} NOT NULL,
	decided_at  {big},
	shown_until {big}                       -- six months after the last mailing, as of the last look
) {strict};
