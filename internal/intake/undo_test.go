package intake

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/errs"
)

// AUD-3: whatever is imported, taken back and deleted in whatever order, nobody who has left is ever written to again.
func TestNoOrderOfImportsAndUndosRevivesAnyone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 7))
			email := string(rune('a'+seed)) + "@example.kz"
			var imports []Import
			left, steps := false, []string{}
			for range 14 {
				c, here := w.find(email)
				switch step := r.IntN(6); {
				case step <= 1:
					steps = append(steps, "import")
					rule := []contact.OnExisting{contact.Skip, contact.Overwrite, contact.UpdateEmpty}[r.IntN(3)]
					imports = append(imports, w.importAll(w.settle(w.upload("email,first_name\n"+email+",N"+string(rune('0'+r.IntN(9)))+"\n"), Change{OnExisting: &rule})))
				case step <= 3 && len(imports) > 0:
					steps = append(steps, "undo")
					n := r.IntN(len(imports))
					w.takeBack(imports[n])
					imports = append(imports[:n], imports[n+1:]...)
				case step == 4 && here:
					steps = append(steps, "leave")
					require.NoError(t, w.contacts.WithdrawByLink(t.Context(), w.who.Tenant, c.ID, advertising, contact.Proof{Source: contact.OneClick}))
					left = true
				case step == 5 && here:
					steps = append(steps, "delete")
					require.NoError(t, w.contacts.Delete(t.Context(), w.who, c.ID))
				}
				if c, here := w.find(email); here && left {
					require.NotEqual(t, contact.Reachable, w.reasonOf(c.ID), "seed %d: %v", seed, steps)
				}
			}
		}
	})
}

// find returns the contact of an address.
func (w *world) find(email string) (contact.Contact, bool) {
	id, err := w.contacts.ByEmail(w.t.Context(), w.who, email)
	if errors.Is(err, contact.ErrUnknownAddress) {
		return contact.Contact{}, false
	}
	require.NoError(w.t, err)
	c, err := w.contacts.Get(w.t.Context(), w.who, id)
	if errors.Is(err, errs.ErrNotFound) {
		return contact.Contact{}, false
	}
	require.NoError(w.t, err)
	return c.Contact, true
}
