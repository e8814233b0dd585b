package terms_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
	"keruen/internal/terms"
)

var now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func newService(t *testing.T, d *db.DB, o terms.Operator) *terms.Service {
	t.Helper()
	keys, err := secret.New(make([]byte, secret.KeySize))
	require.NoError(t, err)
	clk := clock.NewFake(now)
	s, err := terms.New(d, clk, audit.New(d, clk, keys), o)
	require.NoError(t, err)
	return s
}

func refs(docs []terms.Document) (out []terms.Ref) {
	for _, d := range docs {
		out = append(out, terms.Ref{Name: d.Name, Version: d.Version})
	}
	return out
}

func TestEveryDocumentIsInForceInThreeLanguagesAndSaysWhoOffersIt(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]terms.Operator{
		"unnamed": {},
		"named":   {Name: "ТОО «Пример»", BIN: "971240001315", Address: "Алматы, пр. Абая, 1", Email: "post@example.kz", Site: "https://example.kz"},
	} {
		s := newService(t, nil, o)
		for _, l := range lang.All {
			require.Len(t, s.Current(l), len(terms.Names), "%s %s", name, l)
			docs := s.Shown(l)
			require.Len(t, docs, len(terms.Names)+len(terms.Notices), "%s %s", name, l)
			for _, d := range docs {
				require.NotContains(t, d.Text, "{", "%s %s: a placeholder was left", d.Name, l)
				require.Greater(t, len(d.Text), 1200, "%s %s", d.Name, l)
				require.Len(t, d.SHA256, 64)
				if o.Name != "" {
					require.Contains(t, d.Text, o.Name)
				}
			}
		}
	}
}

func TestOnlyAllDocumentsInForceCanBeSigned(t *testing.T) {
	t.Parallel()
	s := newService(t, nil, terms.Operator{})
	all := refs(s.Current(lang.Kazakh))

	docs, err := s.Check(all, lang.Kazakh)
	require.NoError(t, err)
	require.Len(t, docs, len(terms.Names))
	require.Equal(t, "kk", docs[0].Lang)

	_, err = s.Check(all[1:], lang.Kazakh)
	var e *errs.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, terms.ErrMissing.Code, e.Fields[0].Code)

	all[0].Version = "0"
	_, err = s.Check(all, lang.Kazakh)
	require.ErrorAs(t, err, &e)
	require.Equal(t, terms.ErrOld.Code, e.Fields[0].Code)
	require.Equal(t, "accept[0].version", e.Fields[0].Path)
}

// ACC-2: the text that was signed stays readable after the operator's details have changed.
func TestWhatWasSignedCanBeShownLater(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, clock.NewFake(now), func(t *testing.T, d *db.DB) {
		before := newService(t, d, terms.Operator{Name: "ТОО «Прежнее»"})
		require.NoError(t, before.Keep(t.Context()))
		owner := access.Actor{Tenant: id.NewTenant(), Member: id.NewMember(), Via: access.BySession, Role: access.Owner}
		require.NoError(t, before.Accept(t.Context(), owner, refs(before.Current(lang.Russian)), lang.Russian))

		after := newService(t, d, terms.Operator{Name: "ТОО «Новое»"})
		require.NoError(t, after.Keep(t.Context()))
		require.NoError(t, after.Keep(t.Context()), "keeping twice changes nothing")

		list, err := after.Acceptances(t.Context(), owner, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, len(terms.Names))
		require.Equal(t, now, list.Items[0].At)
		for _, a := range list.Items {
			shown, err := after.Signed(t.Context(), a.Document.SHA256)
			require.NoError(t, err)
			require.True(t, strings.Contains(shown.Text, "ТОО «Прежнее»"))
			require.Equal(t, a.Document.Name, shown.Name)
		}

		_, err = after.Signed(t.Context(), "00")
		require.ErrorIs(t, err, errs.ErrNotFound)
		other := owner
		other.Tenant = id.NewTenant()
		none, err := after.Acceptances(t.Context(), other, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, none.Items)
	})
}

func TestAcceptingNeedsTheRightToRunTheAccount(t *testing.T) {
	t.Parallel()
	s := newService(t, nil, terms.Operator{})
	viewer := access.Actor{Tenant: id.NewTenant(), Member: id.NewMember(), Via: access.BySession, Role: access.Viewer}
	require.ErrorIs(t, s.Accept(context.Background(), viewer, nil, lang.Russian), errs.ErrForbidden)
	_, err := s.Acceptances(context.Background(), viewer, page.Ask{Limit: 1})
	require.ErrorIs(t, err, errs.ErrForbidden)
}
