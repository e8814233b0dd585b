package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

const (
	domainJob      = "contact.check_domains"
	domainsPage    = 10_000 // contacts read at a time
	domainsAtATime = 16     // questions to the DNS at a time
)

// helpers are what the background work of contacts needs; see UseHygiene.
type helpers struct {
	hygiene Hygiene
	queue   *jobs.Queue
	hosts   MailHosts
	clock   clock.Clock
}

// UseHygiene gives the service the queue, the DNS and the time, and lets the queue do its background work: checks of domains, the
// search for duplicates, the end of merges. Call it once, before the queue runs.
func (s *Service) UseHygiene(q *jobs.Queue, hosts MailHosts, c clock.Clock) {
	s.queue, s.hosts, s.clock = q, hosts, c
	jobs.Register(q, domainJob, s.checkDomains, jobs.AtMost(1))
	jobs.Register(q, duplicateJob, s.findDuplicates, jobs.AtMost(1))
	jobs.Register(q, mergeEndJob, s.endMerge)
}

// Hygiene returns the judge of addresses.
func (s *Service) Hygiene() *Hygiene { return &s.hygiene }

// CheckAddress tells what is known about an e-mail address or a telephone number, whichever it is. When nothing fresh is known
// about the domain it asks the DNS, for five seconds at most.
func (s *Service) CheckAddress(ctx context.Context, who access.Actor, address, country string) (Verdict, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Verdict{}, err
	}
	if LooksLikePhone(address) {
		return s.hygiene.CheckPhone(address, country), nil
	}
	v := s.hygiene.CheckEmail(address)
	if v.Email.Key == "" {
		return v, nil
	}
	d, err := s.domain(ctx, who.Tenant, v.Email.Domain)
	if err != nil {
		return Verdict{}, fmt.Errorf("check address: %w", err)
	}
	return v.on(d, d.dead()), nil
}

// on adds what is known about the domain.
func (v Verdict) on(d DomainCheck, dead bool) Verdict {
	v.Domain = d
	if dead {
		f := Finding{Code: FindingNoMail, Severity: Warning, Params: map[string]any{"domain": d.Domain, "state": string(d.State)}}
		v.Findings = append([]Finding{f}, v.Findings...)
	}
	return v
}

// LooksLikePhone tells whether a text is meant as a number rather than as an address.
func LooksLikePhone(s string) bool {
	s = strings.TrimSpace(s)
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return !strings.Contains(s, "@") && digits > 0 && digits*2 >= len([]rune(s))
}

// CheckContact is CheckAddress for both addresses of a contact, by what is known already: nobody outside is asked.
func (s *Service) CheckContact(ctx context.Context, who access.Actor, c ID) (email, phone Verdict, err error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Verdict{}, Verdict{}, err
	}
	got, err := getContact(ctx, s.db, who.Tenant, c)
	if err != nil {
		return Verdict{}, Verdict{}, fmt.Errorf("check contact: %w", err)
	}
	if got.Email != "" {
		email = s.hygiene.CheckEmail(got.Email)
		known, err := domainChecks(ctx, s.db, who.Tenant, []string{email.Email.Domain})
		if err != nil {
			return Verdict{}, Verdict{}, fmt.Errorf("check contact: %w", err)
		}
		d := known[email.Email.Domain]
		email = email.on(d, d.Undeliverable())
	}
	if got.Phone != "" {
		phone = s.hygiene.CheckPhone(got.Phone, "")
	}
	return email, phone, nil
}

// domain returns the check of one domain, asking the DNS when what is known is too old.
func (s *Service) domain(ctx context.Context, t id.Tenant, domain string) (DomainCheck, error) {
	known, err := domainChecks(ctx, s.db, t, []string{domain})
	if err != nil {
		return DomainCheck{}, err
	}
	d := known[domain]
	d.Domain = domain
	if s.hosts == nil || !d.due(s.clock.Now()) {
		return d, nil
	}
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	d = d.next(stateFrom(s.hosts.Plan(asking, domain)), s.clock.Now())
	return d, s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return saveDomains(ctx, tx, t, []DomainCheck{d}) })
}

// CheckDomains orders a check of the domains of all contacts and returns the job.
func (s *Service) CheckDomains(ctx context.Context, who access.Actor) (jobs.ID, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return 0, err
	}
	var job jobs.ID
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		job, err = s.checkDomainsTx(ctx, tx, who.Tenant, 0, true)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("check domains: %w", err)
	}
	return job, nil
}

// CheckDomainsTx orders a check of the domains of the contacts with ids above after, as an import does when it ends. Nothing is ordered
// where there is no background work.
func (s *Service) CheckDomainsTx(ctx context.Context, tx *db.Tx, t id.Tenant, after ID) (jobs.ID, error) {
	return s.checkDomainsTx(ctx, tx, t, after, false)
}

func (s *Service) checkDomainsTx(ctx context.Context, tx *db.Tx, t id.Tenant, after ID, visible bool) (jobs.ID, error) {
	if s.queue == nil {
		return 0, nil
	}
	return s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: t, Kind: domainJob, Args: domainArgs{After: after}, Visible: visible,
		UniqueKey: fmt.Sprint(int64(after))})
}

type domainArgs struct {
	After ID `json:"after"` // only contacts with greater ids
}

// DomainsResult is what a check of domains found: numbers of domains.
type DomainsResult struct {
	Domains       int `json:"domains"`
	Asked         int `json:"asked"`
	Undeliverable int `json:"undeliverable"`
	Unconfirmed   int `json:"unconfirmed"` // missing now; asked again in an hour
}

// checkDomains walks the contacts and asks about each domain once, however many contacts are there. What was asked is on record page by
// page, so running again asks nothing twice.
func (s *Service) checkDomains(ctx context.Context, j *jobs.Job, a domainArgs) error {
	var out DomainsResult
	seen := map[string]bool{}
	var done int64
	for after := a.After; ; {
		page, err := emailsAfter(ctx, s.db, j.Tenant, after, domainsPage)
		if err != nil {
			return fmt.Errorf("check domains: %w", err)
		}
		if err := s.checkPage(ctx, j.Tenant, freshDomains(page, seen), &out); err != nil {
			return fmt.Errorf("check domains: %w", err)
		}
		done += int64(len(page))
		if err := j.Progress(ctx, done, 0); err != nil {
			return err
		}
		if len(page) < domainsPage {
			break
		}
		after = page[len(page)-1].ID
	}
	if err := j.SetResult(ctx, out); err != nil || out.Unconfirmed == 0 {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: j.Tenant, Kind: domainJob, Args: a, UniqueKey: "again", RunAt: tx.Now.Add(domainSecondAsk)})
		return err
	})
}

// freshDomains returns the domains of a page that were not met before, sorted.
func freshDomains(page []emailRow, seen map[string]bool) []string {
	var out []string
	for _, r := range page {
		if _, domain, ok := strings.Cut(r.Key, "@"); ok && !seen[domain] {
			seen[domain] = true
			out = append(out, domain)
		}
	}
	slices.Sort(out)
	return out
}

func (s *Service) checkPage(ctx context.Context, t id.Tenant, domains []string, out *DomainsResult) error {
	for chunk := range slices.Chunk(domains, 500) {
		known, err := domainChecks(ctx, s.db, t, chunk)
		if err != nil {
			return err
		}
		checks := make([]DomainCheck, len(chunk))
		for i, d := range chunk {
			checks[i] = known[d]
			checks[i].Domain = d
		}
		asked := s.ask(ctx, checks)
		if err := ctx.Err(); err != nil { // what came back then are no answers
			return err
		}
		if err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return saveDomains(ctx, tx, t, asked) }); err != nil {
			return err
		}
		out.add(checks, len(asked))
	}
	return nil
}

func (r *DomainsResult) add(checks []DomainCheck, asked int) {
	r.Domains, r.Asked = r.Domains+len(checks), r.Asked+asked
	for _, d := range checks {
		switch {
		case d.Undeliverable():
			r.Undeliverable++
		case d.dead():
			r.Unconfirmed++
		}
	}
}

// ask asks the DNS about the domains that are due, some at a time, changes the checks in place and returns those that it asked about.
func (s *Service) ask(ctx context.Context, checks []DomainCheck) []DomainCheck {
	now := s.clock.Now()
	var due []*DomainCheck
	for i := range checks {
		if checks[i].due(now) {
			due = append(due, &checks[i])
		}
	}
	var asking sync.WaitGroup
	room := make(chan struct{}, domainsAtATime)
	for _, d := range due {
		room <- struct{}{}
		asking.Go(func() {
			defer func() { <-room }()
			one, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			*d = d.next(stateFrom(s.hosts.Plan(one, d.Domain)), now)
		})
	}
	asking.Wait()
	out := make([]DomainCheck, len(due))
	for i, d := range due {
		out[i] = *d
	}
	return out
}

// DeadDomains returns the domains of the account's contacts that take no mail, those with the most contacts first, at most 200.
func (s *Service) DeadDomains(ctx context.Context, who access.Actor) ([]DeadDomain, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := deadDomains(ctx, s.db, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list dead domains: %w", err)
	}
	return list, nil
}
