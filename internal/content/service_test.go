package content_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// fields is an account's custom fields, declared.
type fields []string

func (f fields) FieldKinds(context.Context, id.Tenant) (map[string]string, error) {
	kinds := map[string]string{}
	for _, key := range f {
		kinds[key] = "text"
	}
	return kinds, nil
}

// TagsNamed knows one tag, ListsNamed one list.
func (f fields) TagsNamed(_ context.Context, _ id.Tenant, names []string) (map[string]int64, error) {
	return only("vip", 7, names), nil
}

func (f fields) ListsNamed(_ context.Context, _ id.Tenant, names []string) (map[string]int64, error) {
	return only("news", 8, names), nil
}

func only(name string, id int64, asked []string) map[string]int64 {
	out := map[string]int64{}
	if slices.Contains(asked, name) {
		out[name] = id
	}
	return out
}

type world struct {
	t *testing.T
	*content.Service
	db           *db.DB
	who, another access.Actor
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := func(tenant id.Tenant) access.Actor {
			return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
		}
		f(t, &world{t, content.New(d, fields{"city"}), d, owner(101), owner(202)})
	})
}

func (w *world) revise(who access.Actor, l content.Letter) (r content.Revision, err error) {
	err = w.db.InTx(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		r, err = w.ReviseTx(ctx, tx, who.Tenant, l, content.Options{Purpose: "advertising"})
		return err
	})
	return r, err
}

func TestEqualLettersShareARevisionAndOthersDoNot(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := content.Letter{Subject: "Hi {{city|there}}", HTML: `<a href="https://s.kz">x</a>`}
		first, err := w.revise(w.who, l)
		require.NoError(t, err)
		again, err := w.revise(w.who, l)
		require.NoError(t, err)
		require.Equal(t, first.ID, again.ID)
		require.Equal(t, []string{"https://s.kz"}, first.Links)

		l.Subject = "Other"
		other, err := w.revise(w.who, l)
		require.NoError(t, err)
		require.NotEqual(t, first.ID, other.ID)

		c, err := w.Compiled(t.Context(), w.db, w.who.Tenant, first.ID)
		require.NoError(t, err)
		require.Equal(t, "Hi there", c.Render(&content.Values{}, nil, "").Subject)
	})
}

func TestALetterWithErrorsIsNeverFrozen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.revise(w.who, content.Letter{Subject: "{{nmae}}", Text: "x"})
		require.ErrorIs(t, err, content.ErrLetter)
	})
}

func TestManyRevisionsAreReadByManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var revs []content.RevisionID
		for n := range 20 {
			r, err := w.revise(w.who, content.Letter{Subject: fmt.Sprint("s", n), Text: "x"})
			require.NoError(t, err)
			revs = append(revs, r.ID)
		}
		ended := make(chan error, 4)
		for range 4 {
			go func() {
				for n, r := range revs {
					c, err := w.Compiled(t.Context(), w.db, w.who.Tenant, r)
					if err == nil && c.Render(&content.Values{}, nil, "").Subject != fmt.Sprint("s", n) {
						err = fmt.Errorf("revision %d is another's", n)
					}
					if err != nil {
						ended <- err
						return
					}
				}
				ended <- nil
			}()
		}
		for range 4 {
			require.NoError(t, <-ended)
		}
	})
}

func TestTemplatesAreKeptChangedAndListedBeforeThoseBuiltIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made, err := w.Create(t.Context(), w.who, "  News  ", lang.Kazakh, content.Letter{Subject: "s", HTML: "<p>draft {{"})
		require.NoError(t, err, "a draft may have problems")
		require.Equal(t, "News", made.Name)
		name := "Other"
		changed, err := w.Update(t.Context(), w.who, made.ID, made.Version, content.TemplateChange{Name: &name})
		require.NoError(t, err)
		_, err = w.Update(t.Context(), w.who, made.ID, made.Version, content.TemplateChange{Name: &name})
		require.ErrorIs(t, err, errs.ErrStale)

		all, err := w.Templates(t.Context(), w.who)
		require.NoError(t, err)
		require.Len(t, all, 1+len(lang.All))
		require.Equal(t, changed.ID, all[0].ID)
		got, err := w.Get(t.Context(), w.who, made.ID)
		require.NoError(t, err)
		require.Equal(t, changed, got)

		ready := all[1]
		require.True(t, ready.Builtin)
		_, err = w.Update(t.Context(), w.who, ready.ID, 0, content.TemplateChange{Name: &name})
		require.ErrorIs(t, err, content.ErrBuiltin)
		require.ErrorIs(t, w.Delete(t.Context(), w.who, ready.ID), content.ErrBuiltin)

		require.NoError(t, w.Delete(t.Context(), w.who, made.ID))
		_, err = w.Get(t.Context(), w.who, made.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestWrongTemplatesAreRefusedWithTheirFields(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Create(t.Context(), w.who, " ", "", content.Letter{})
		require.ErrorIs(t, err, errs.ErrInvalid)
		_, err = w.Create(t.Context(), w.who, "x", "", content.Letter{Subject: strings.Repeat("s", 501)})
		require.ErrorIs(t, err, errs.ErrInvalid)
	})
}

func TestAPreviewShowsWhatCanBeShownAndTellsTheRest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := content.Letter{Subject: "{{first_name}}", HTML: `<style>@media (prefers-color-scheme: dark) { p { color:#fff } }</style><script>x</script><p>{{nmae}}Hi {{first_name}}</p>`}
		p, err := w.Preview(t.Context(), w.who, content.PreviewAsk{Letter: l, Values: content.Sample(lang.Russian), Dark: true})
		require.NoError(t, err)
		require.Equal(t, "Айгерим", p.Subject)
		require.True(t, content.Failed(p.Problems))
		page, err := w.PreviewPage(t.Context(), w.who, p.ID)
		require.NoError(t, err)
		require.Contains(t, page, "<p>Hi Айгерим</p>")
		require.NotContains(t, page, "script")
		require.NotContains(t, page, "prefers-color-scheme")

		_, err = w.PreviewPage(t.Context(), w.another, p.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

// MSG-1: the names of blocks in a page for the eye are not sent, so they do not count.
func TestAPreviewOfBlocksMeasuresWhatWouldBeSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ofSize := func(words int) content.Letter {
			var blocks []string
			for _, n := range []int{words / 5, words / 5, words / 5, words / 5, words - words/5*4} { // a text holds no more at once
				blocks = append(blocks, `{"id":"b`+strconv.Itoa(len(blocks)+1)+`","type":"text","text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"`+strings.Repeat("x", n)+`"}]}]}}`)
			}
			doc := `{"v":1,"meta":{"langs":["ru"],"default_lang":"ru"},"theme":{"width":600,"bg":"#F5F7F8","surface":"#FFFFFF","text":"#14212B","muted":"#51626E","link":"#086B7E","link_dark":"#63CFDF","primary":"#08768B","on_primary":"#FFFFFF","font":"arial","size":16,"radius":8,"gap":16},
				"rows":[{"id":"r1","cols":[{"span":12,"blocks":[` + strings.Join(blocks, ",") + `]}]}]}`
			return content.Letter{Subject: "Новости для вас", Doc: []byte(doc)}
		}
		small, err := w.Check(t.Context(), w.who, ofSize(100), content.Options{})
		require.NoError(t, err)
		full := ofSize(100 + content.SizeWarning - small.Size)
		checked, err := w.Check(t.Context(), w.who, full, content.Options{})
		require.NoError(t, err)
		require.Equal(t, content.SizeWarning, checked.Size)

		p, err := w.Preview(t.Context(), w.who, content.PreviewAsk{Letter: full, Values: content.Sample(lang.Russian)})
		require.NoError(t, err)
		require.Equal(t, checked.Size, p.Size)
		require.Equal(t, checked.Problems, p.Problems)
		page, err := w.PreviewPage(t.Context(), w.who, p.ID)
		require.NoError(t, err)
		require.Contains(t, page, `data-b="b1"`)
	})
}

func TestACheckTellsSizeLinksAndTheFooter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, err := w.Check(t.Context(), w.who, content.Letter{Subject: "s", HTML: `<a href="https://s.kz">{{city|x}}</a>`}, content.Options{})
		require.NoError(t, err)
		require.True(t, r.Footer)
		require.Equal(t, []string{"https://s.kz"}, r.Links)
		require.Greater(t, r.Size, 100)
		require.False(t, content.Failed(r.Problems))
	})
}

func TestAnotherAccountFindsNoContent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made, err := w.Create(t.Context(), w.who, "News", "", content.Letter{Subject: "s"})
		require.NoError(t, err)
		rev, err := w.revise(w.who, content.Letter{Subject: "s", Text: "t"})
		require.NoError(t, err)
		_, err = w.Compiled(t.Context(), w.db, w.who.Tenant, rev.ID)
		require.NoError(t, err)
		name := "x"
		for verb, err := range map[string]error{
			"get":      second(w.Get(t.Context(), w.another, made.ID)),
			"update":   second(w.Update(t.Context(), w.another, made.ID, 0, content.TemplateChange{Name: &name})),
			"delete":   w.Delete(t.Context(), w.another, made.ID),
			"revision": second(w.Revision(t.Context(), w.db, w.another.Tenant, rev.ID)),
			"compiled": second(w.Compiled(t.Context(), w.db, w.another.Tenant, rev.ID)),
		} {
			require.ErrorIs(t, err, errs.ErrNotFound, verb)
		}
		viewer := w.who
		viewer.Role = access.Viewer
		require.ErrorIs(t, second(w.Create(t.Context(), viewer, "x", "", content.Letter{})), errs.ErrForbidden)
		require.ErrorIs(t, w.Delete(t.Context(), viewer, made.ID), errs.ErrForbidden)
	})
}

func second[T any](_ T, err error) error { return err }
