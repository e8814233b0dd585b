package delivery

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/id"
)

// About is what a link of a message is about: for the pages on which its recipient chooses what it gets, and reads why it came.
type About struct {
	Ref     channel.Ref
	Tenant  id.Tenant
	Contact contact.ID
	Channel channel.Kind
	Purpose channel.Purpose
	Topic   contact.TopicID   // 0 for none
	Consent contact.ConsentID // that allowed it; zero while its window is not on record
	At      time.Time         // when it reached its state
	target  target
}

// Message names the message in evidence.
func (a About) Message() string { return fmt.Sprintf("%s/%d", PartID(a.Ref.Part), a.Ref.Seq) }

// About reads the token of the way out, which also opens the other pages about the message. ErrLink for a token that was not
// made here. It changes nothing: scanners follow links.
func (s *Service) About(ctx context.Context, token string) (About, error) {
	ref, _, err := s.readLink(signLeave, token, 0)
	if err != nil {
		return About{}, err
	}
	t, err := s.target(ctx, ref)
	if err != nil {
		return About{}, err
	}
	return About{
		Ref: ref, Tenant: t.Tenant, Contact: t.Contact, Channel: channel.Email, Purpose: t.Purpose, Topic: t.Topic, Consent: t.Consent,
		At: t.Updated, target: t,
	}, nil
}

// NoteLeft counts that somebody left by a message, on the page of its choices.
func (s *Service) NoteLeft(ctx context.Context, a About, v Visit) error {
	return s.note(ctx, a.target, a.Ref, Unsubscribed, noLink, Visit{Method: "POST", UserAgent: v.UserAgent, IP: v.IP})
}
