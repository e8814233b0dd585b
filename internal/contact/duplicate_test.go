package contact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/jobs"
	"keruen/internal/mail/mx"
	"keruen/internal/page"
)

// hosts is a small declared DNS: the domains that are in it have this outcome, others do not exist.
type hosts map[string]error

func (h hosts) Plan(_ context.Context, domain string) (mx.Plan, error) {
	err, ok := h[domain]
	if !ok {
		err = mx.ErrNoDomain
	}
	return mx.Plan{Domain: domain}, err
}

// withWork gives the service its background work on a clock that stands, and returns what runs the jobs that are due.
func (w *world) withWork(dns contact.MailHosts) (run func(), clk *clock.Fake) {
	clk = clock.NewFake(clock.Real{}.Now().Add(time.Minute)) // what is enqueued now, by the clock of the database, is due
	q := jobs.New(w.db, clk, dbtest.Log(w.t))
	w.UseHygiene(q, dns, clk)
	return func() {
		ctx, stop := context.WithCancel(w.t.Context())
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx) }()
		require.Eventually(w.t, func() bool {
			n, err := db.One[int](ctx, w.db, `SELECT COUNT(*) FROM task WHERE state < 3 AND kind LIKE 'contact.%' AND run_at <= ?`, clock.Real{}.Now())
			return err == nil && n == 0
		}, time.Minute, 10*time.Millisecond)
		stop()
		<-ended
	}, clk
}

// AUD-8
func TestProbableDuplicatesAreFoundAndTheSurestComeFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		run, _ := w.withWork(hosts{})
		_, err := w.CreateField(t.Context(), w.who, contact.FieldDraft{Key: "born", Label: "Born", Kind: contact.DateField})
		require.NoError(t, err)
		born := map[string]contact.Value{"born": contact.DateValue(1990, 3, 31)}
		dots := []contact.ID{
			w.person(contact.Draft{Email: "anna.kim@gmail.com", Phone: "+77011234567"}).ID,
			w.person(contact.Draft{Email: "annakim+shop@googlemail.com"}).ID,
		}
		phone := w.person(contact.Draft{Phone: "8 701 123 45 67"}).ID
		named := []contact.ID{
			w.person(contact.Draft{Email: "a@example.kz", FirstName: "Айгерім", LastName: "Сәрсенова", Fields: born}).ID,
			w.person(contact.Draft{Email: "b@mail.ru", FirstName: "Aigerim", LastName: "Sarsenova", Fields: born}).ID,
		}
		// Nobody's duplicates: a name alone, a yes in common, dots where they count.
		w.person(contact.Draft{Email: "c@mail.ru", FirstName: "Айгерім", LastName: "Сәрсенова"})
		w.person(contact.Draft{Email: "x.y@example.kz"})
		w.person(contact.Draft{Email: "xy@example.kz"})
		for i := range contact.MaxDuplicates + 1 { // the number of a call centre
			w.person(contact.Draft{Email: fmt.Sprint("n", i, "@example.kz"), Phone: "+77272000000"})
		}

		_, err = w.FindDuplicates(t.Context(), w.who)
		require.NoError(t, err)
		run()

		found, err := w.Duplicates(t.Context(), w.who, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, found.Items, 2)
		require.Equal(t, []contact.DuplicateReason{contact.SameMailbox, contact.SamePhone}, found.Items[0].Reasons)
		require.Equal(t, append(slices.Clone(dots), phone), idsOf(found.Items[0]))
		require.Equal(t, []contact.DuplicateReason{contact.SameName}, found.Items[1].Reasons)
		require.Equal(t, named, idsOf(found.Items[1]))

		first, err := w.Duplicates(t.Context(), w.who, page.Ask{Limit: 1})
		require.NoError(t, err)
		require.Len(t, first.Items, 1)
		require.NotEmpty(t, first.Next)

		// Whoever is said to be two people is not shown again; whoever became one is not either.
		require.NoError(t, w.DenyDuplicates(t.Context(), w.who, named))
		w.merge(dots[0], dots[1], phone)
		found, err = w.Duplicates(t.Context(), w.who, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, found.Items)
		_, err = w.FindDuplicates(t.Context(), w.who)
		require.NoError(t, err)
		run()
		found, err = w.Duplicates(t.Context(), w.who, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, found.Items)

		other, err := w.Duplicates(t.Context(), w.another, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, other.Items)
		require.ErrorIs(t, w.DenyDuplicates(t.Context(), w.another, named), errs.ErrNotFound)
	})
}

func idsOf(g contact.DuplicateGroup) []contact.ID {
	var out []contact.ID
	for _, m := range g.Members {
		out = append(out, m.ID)
	}
	return out
}

// counting counts the questions to a DNS.
type counting struct {
	hosts
	asked chan string
}

func (c counting) Plan(ctx context.Context, domain string) (mx.Plan, error) {
	c.asked <- domain
	return c.hosts.Plan(ctx, domain)
}

// AUD-8: one question for a domain, however many contacts are there; a missing domain is believed to be missing after an hour.
func TestEachDomainIsAskedAboutOnceAndAMissingOneTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		dns := counting{hosts{"good.kz": nil, "null.kz": mx.ErrNullMX, "bare.kz": mx.ErrNoMail, "slow.kz": mx.ErrTemporary}, make(chan string, 100)}
		run, clk := w.withWork(dns)
		for i := range 5 {
			for _, d := range []string{"good.kz", "null.kz", "bare.kz", "gone.kz", "slow.kz"} {
				w.person(contact.Draft{Email: fmt.Sprintf("p%d@%s", i, d)})
			}
		}
		gone := w.create("x@gone.kz")

		_, err := w.CheckDomains(t.Context(), w.who)
		require.NoError(t, err)
		run()

		require.Len(t, dns.asked, 5)
		dead, err := w.DeadDomains(t.Context(), w.who)
		require.NoError(t, err)
		require.Len(t, dead, 1, "only the one that says so itself")
		require.Equal(t, "null.kz", dead[0].Domain)
		require.EqualValues(t, 5, dead[0].Contacts)

		again, err := db.One[int](t.Context(), w.db, `SELECT COUNT(*) FROM task WHERE kind = 'contact.check_domains' AND state = 0 AND run_at > ?`, clk.Now())
		require.NoError(t, err)
		require.Equal(t, 1, again, "by itself, an hour later")
		clk.Advance(time.Hour)
		_, err = w.CheckDomains(t.Context(), w.who)
		require.NoError(t, err)
		run()
		dead, err = w.DeadDomains(t.Context(), w.who)
		require.NoError(t, err)
		require.Len(t, dead, 3)
		require.Equal(t, "gone.kz", dead[0].Domain)
		require.EqualValues(t, 6, dead[0].Contacts)

		email, _, err := w.CheckContact(t.Context(), w.who, gone.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"email.no_mail_domain"}, codes(email))
		flagged, err := w.List(t.Context(), w.who, contact.Filter{Where: db.Where(contact.UndeliverableSQL(w.db.Dialect()), w.who.Tenant)})
		require.NoError(t, err)
		require.Len(t, flagged.Items, 16)

		n := len(dns.asked)
		v, err := w.CheckAddress(t.Context(), w.who, "someone@good.kz", "")
		require.NoError(t, err)
		require.Empty(t, v.Findings)
		require.Equal(t, contact.DomainMail, v.Domain.State)
		require.Len(t, dns.asked, n, "what is fresh is not asked again")
		v, err = w.CheckAddress(t.Context(), w.who, "someone@new-gone.kz", "")
		require.NoError(t, err)
		require.Equal(t, []string{"email.no_mail_domain"}, codes(v))
		v, err = w.CheckAddress(t.Context(), w.who, "8 701 123 45 67", "")
		require.NoError(t, err)
		require.Equal(t, "+77011234567", v.Phone.Number)

		_, _, err = w.CheckContact(t.Context(), w.another, gone.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		nobody := access.Actor{Tenant: w.who.Tenant, Via: access.ByKey}
		_, err = w.CheckAddress(t.Context(), nobody, "a@b.kz", "")
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
	})
}
