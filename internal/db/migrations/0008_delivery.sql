-- The outbound pipeline: what is to be sent, what came of it, what people did with it.
-- Owner: internal/delivery. The design is explained in its README.
-- +goose Up

-- A share of a campaign that leaves by one lane (= one sender).
CREATE TABLE part (
	id           {pk},
	tenant_id    {big} NOT NULL,
	source       {big} NOT NULL,           -- the campaign
	lane_id      {big} NOT NULL,           -- the sender
	revision_id  {big} NOT NULL,
	purpose      {text} NOT NULL,
	track_opens  {bool} NOT NULL,
	track_clicks {bool} NOT NULL,
	state        {small} NOT NULL,         -- 0 open, 1 paused, 2 cancelled, 3 done
	filled       {bool} NOT NULL,          -- all chunks are there
	total        {big} NOT NULL,           -- recipients in its chunks
	chunks       {int} NOT NULL,
	snap_cursor  {big} NOT NULL,           -- last contact taken into a chunk
	start_at     {big} NOT NULL,
	expires_at   {big} NOT NULL,           -- what has not left by then, never will
	created_at   {big} NOT NULL,
	changed_at   {big} NOT NULL            -- last change of anything that its report shows
) {strict};

CREATE INDEX part_source ON part(tenant_id, source);
CREATE INDEX part_changed ON part(tenant_id, changed_at);
CREATE INDEX part_open ON part(lane_id, id) WHERE state = 0;

-- Up to 1000 recipients. Invariant: 0 <= done <= intent <= n. Nothing is sent before intent covers it.
CREATE TABLE chunk (
	part_id     {big} NOT NULL,
	no          {int} NOT NULL,
	state       {small} NOT NULL,          -- 0 open, 1 in hand, 2 done
	due_at      {big} NOT NULL,            -- not before
	first_seq   {int} NOT NULL,
	n           {int} NOT NULL,
	done        {int} NOT NULL,
	intent      {int} NOT NULL,
	token       {big} NOT NULL,            -- grows with every claim; a commit under an older one is refused
	ids         {bytes} NOT NULL,          -- contacts in ascending order, as delta varints
	PRIMARY KEY (part_id, no)
) {strict_norowid};

CREATE INDEX chunk_open ON chunk(part_id, due_at, no) WHERE state < 2;

-- One message to one contact. A row of a campaign appears with its outcome; that of a single message at once.
CREATE TABLE delivery (
	part_id    {big} NOT NULL,             -- the part, or the single message itself
	seq        {int} NOT NULL,
	tenant_id  {big} NOT NULL,
	contact_id {big} NOT NULL,
	state      {small} NOT NULL,
	attempts   {small} NOT NULL,
	updated_at {big} NOT NULL,
	due_at     {big},                      -- next try; in flight: when it counts as lost
	lane_id    {big},                      -- set together with due_at
	reason     {text} NOT NULL,            -- class of the refusal or reason of the guard
	detail     {text} NOT NULL,            -- the server's words, without addresses
	provider   {text} NOT NULL,            -- the provider's id of the message
	domain     {text} NOT NULL,            -- of the address
	PRIMARY KEY (part_id, seq)
) {strict_norowid};

CREATE INDEX delivery_due ON delivery(lane_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_contact ON delivery(contact_id);

-- What a single message says. Its id is the part_id of its one delivery, seq 1.
CREATE TABLE single (
	id           {pk},
	tenant_id    {big} NOT NULL,
	source       {big} NOT NULL,
	kind         {text} NOT NULL,
	sender_id    {big} NOT NULL,
	contact_id   {big} NOT NULL,
	as_id        {big},                    -- whose values fill the letter, when not the contact's
	revision_id  {big} NOT NULL,
	purpose      {text} NOT NULL,
	track_opens  {bool} NOT NULL,
	track_clicks {bool} NOT NULL,
	vars         {bytes},                  -- sealed; NULL when the message is done
	key          {text},
	expires_at   {big} NOT NULL,
	created_at   {big} NOT NULL
) {strict};

CREATE UNIQUE INDEX single_key ON single(tenant_id, key) WHERE key IS NOT NULL;
CREATE INDEX single_tenant ON single(tenant_id, id);

-- What people and machines did with a message; append only.
CREATE TABLE delivery_event (
	id        {pk},
	tenant_id {big} NOT NULL,
	part_id   {big} NOT NULL,
	seq       {int} NOT NULL,
	kind      {text} NOT NULL,             -- open, click, unsubscribe, complaint
	link      {int} NOT NULL,              -- index of the link, -1 for none
	machine   {text} NOT NULL,             -- why it counts as a machine's; empty: a person's
	at        {big} NOT NULL
) {strict};

CREATE INDEX delivery_event_of ON delivery_event(part_id, seq);

-- Who has been counted once already.
CREATE TABLE delivery_seen (
	part_id {big} NOT NULL,
	kind    {text} NOT NULL,               -- kind of event, for clicks also by link: "click:3"
	seq     {int} NOT NULL,
	PRIMARY KEY (part_id, kind, seq)
) {strict_norowid};

-- Running figures of a part: everything that reports show at a glance.
CREATE TABLE stat (
	part_id {big} NOT NULL,
	type    {text} NOT NULL,               -- a state of deliveries, or a kind of event
	key     {text} NOT NULL,               -- reason, domain or link; empty for none
	slot    {big} NOT NULL,                -- start of the ten minutes; 0 where time does not matter
	n       {big} NOT NULL,
	u       {big} NOT NULL,                -- distinct recipients, for events
	PRIMARY KEY (part_id, type, key, slot)
) {strict_norowid};
