package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/id"
)

func TestARepeatedRequestGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		i := access.NewIdempotency(w.db)
		r := access.Request{Tenant: id.NewTenant(), Key: "order-1", Hash: "aa"}
		first := access.Answer{Status: 201, ContentType: "application/json", Body: []byte(`{"id":"x"}`)}

		got, err := i.Begin(t.Context(), r)
		require.NoError(t, err)
		require.Zero(t, got.Status)
		_, err = i.Begin(t.Context(), r)
		require.ErrorIs(t, err, access.ErrInProgress)
		require.NoError(t, i.Finish(t.Context(), r, first))
		got, err = i.Begin(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, first, got)

		other := r
		other.Hash = "bb"
		_, err = i.Begin(t.Context(), other)
		require.ErrorIs(t, err, access.ErrKeyReused)
		other.Tenant = id.NewTenant()
		got, err = i.Begin(t.Context(), other)
		require.NoError(t, err)
		require.Zero(t, got.Status, "another account has keys of its own")

		w.clock.Advance(24 * time.Hour)
		got, err = i.Begin(t.Context(), r)
		require.NoError(t, err)
		require.Zero(t, got.Status, "after a day the key is free")
	})
}

func TestARequestThatFailedOrDiedMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		i := access.NewIdempotency(w.db)
		r := access.Request{Tenant: id.NewTenant(), Key: "order-1", Hash: "aa"}
		_, err := i.Begin(t.Context(), r)
		require.NoError(t, err)
		require.NoError(t, i.Abandon(t.Context(), r))
		_, err = i.Begin(t.Context(), r)
		require.NoError(t, err)

		w.clock.Advance(5 * time.Minute) // the process is gone
		_, err = i.Begin(t.Context(), r)
		require.NoError(t, err)
		_, err = i.Begin(t.Context(), r)
		require.ErrorIs(t, err, access.ErrInProgress)
		for _, bad := range []string{"", "a b", "ключ", string(make([]byte, 256))} {
			_, err = i.Begin(t.Context(), access.Request{Tenant: r.Tenant, Key: bad})
			require.ErrorIs(t, err, access.ErrBadKey)
		}
	})
}
