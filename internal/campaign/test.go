package campaign

import (
	"context"
	"fmt"
	"strings"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/lang"
)

// MaxTests is how many addresses one test goes to.
const MaxTests = 5

// testMark stands before the subject of a test.
var testMark = lang.Text{Ru: "[Тест] ", Kk: "[Сынақ] ", En: "[Test] "}

// TestMessage is one test on its way.
type TestMessage struct {
	To      string
	Message delivery.PartID
}

// Test sends the letter to one to five confirmed addresses of members. The values are those of as, or of the member's own contact
// when as is zero.
func (s *Service) Test(ctx context.Context, who access.Actor, c ID, addresses []string, as contact.ID) ([]TestMessage, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return nil, err
	}
	x, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return nil, fmt.Errorf("test campaign: %w", err)
	}
	if err := s.checkTest(ctx, x, addresses); err != nil {
		return nil, err
	}
	single, err := s.testLetter(ctx, x, as)
	if err != nil {
		return nil, fmt.Errorf("test campaign: %w", err)
	}
	var out []TestMessage
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = out[:0]
		for _, to := range addresses {
			proof := contact.Proof{Source: contact.FromMember, Member: who.Member, Wording: "A member of the account asked for a test of a campaign."}
			m := single
			if m.Contact, err = s.contacts.EnsureMember(ctx, tx, who.Tenant, to, proof); err != nil {
				return err
			}
			ref, err := s.delivery.SubmitTx(ctx, tx, m)
			if err != nil {
				return err
			}
			out = append(out, TestMessage{To: to, Message: delivery.PartID(ref.Part)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("test campaign: %w", err)
	}
	return out, nil
}

func (s *Service) checkTest(ctx context.Context, c Campaign, addresses []string) error {
	if len(addresses) == 0 || len(addresses) > MaxTests {
		return ErrTestCount.With("count", len(addresses))
	}
	if c.Sender == 0 {
		return ErrNotReady.At(errs.Field{Path: "sender", Code: "campaign.no_sender", Text: "Choose the sender."})
	}
	theirs, err := s.access.ConfirmedEmails(ctx, c.Tenant, addresses)
	if err != nil {
		return fmt.Errorf("test campaign: %w", err)
	}
	bad := ErrTestAddress
	for i, ok := range theirs {
		if !ok {
			bad = bad.At(errs.Field{Path: fmt.Sprintf("addresses[%d]", i), Code: ErrTestAddress.Code, Text: ErrTestAddress.Text})
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// testLetter makes the message of a test: the letter as it stands, marked, with the values of another contact if asked. A test is transactional — its
// reader is a colleague — but shows the footer that the campaign would have.
func (s *Service) testLetter(ctx context.Context, c Campaign, as contact.ID) (delivery.Single, error) {
	options, err := s.options(ctx, c)
	if err != nil {
		return delivery.Single{}, err
	}
	letter := c.Letter
	if strings.TrimSpace(letter.Subject) != "" {
		letter.Subject = testMark.In(options.Lang) + letter.Subject
	}
	m := delivery.Single{
		Tenant: c.Tenant, Sender: c.Sender, Purpose: channel.Transactional, Letter: letter, Looks: c.Purpose,
		Tracking: c.Tracking, Source: int64(c.ID), Kind: "test",
	}
	if as == 0 {
		return m, nil
	}
	found, err := contact.GuardRows(ctx, s.db, c.Tenant, c.key(), []contact.ID{as})
	if err != nil {
		return delivery.Single{}, err
	}
	if found[0].Reason == contact.Gone {
		return delivery.Single{}, errs.ErrNotFound
	}
	m.As = as
	return m, nil
}
