package email

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/id"
)

func line(q *queue, tenant id.Tenant, urgent bool, n int) {
	for range n {
		q.push(&waiter{tenant: tenant, urgent: urgent, ready: make(chan struct{}, 1)})
	}
}

// MSG-4
func TestAccountsAreServedInTurnAndCodesBeforeCampaigns(t *testing.T) {
	t.Parallel()
	var q queue
	line(&q, 1, false, 1000)
	line(&q, 2, false, 3)
	line(&q, 3, false, 2)
	line(&q, 1, true, 2)
	line(&q, 4, true, 1)
	var order []id.Tenant
	for range 12 {
		order = append(order, q.next().tenant)
	}
	require.Equal(t, []id.Tenant{1, 4, 1, 1, 2, 3, 1, 2, 3, 1, 2, 1}, order)
	require.Equal(t, 996, q.len())
}

func TestAFullLineMakesRoomForTheAccountThatHasLess(t *testing.T) {
	t.Parallel()
	var q queue
	line(&q, 1, false, 100)
	require.Nil(t, q.displace(&waiter{tenant: 1}), "the large one waits elsewhere")
	out := q.displace(&waiter{tenant: 2})
	require.EqualValues(t, 1, out.tenant)
	require.Equal(t, 99, q.len())
	require.NotNil(t, q.displace(&waiter{tenant: 1, urgent: true}), "a code goes before a campaign, of the same account too")

	var even queue
	line(&even, 1, false, 2)
	line(&even, 2, false, 2)
	require.Nil(t, even.displace(&waiter{tenant: 2}))
	require.Nil(t, even.displace(&waiter{tenant: 1}))
}

func TestALetterThatCouldNotUseItsTurnKeepsIt(t *testing.T) {
	t.Parallel()
	var q queue
	line(&q, 1, false, 3)
	line(&q, 2, false, 3)
	first := q.next()
	q.pushFront(first)
	require.Same(t, first, q.next())
	for q.next() != nil {
	}
	require.Zero(t, q.len())
}
