package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

type sendCmd struct {
	account
	Campaign string `placeholder:"ID" xor:"what" help:"Send this campaign (cmp_…), which must be a draft that is ready."`
	At       string `placeholder:"TIME" help:"With --campaign: wall time of the account's zone, such as 2026-12-01T10:00; now when absent."`

	To       string `placeholder:"ADDRESS" xor:"what" help:"Send one message to the contact with this address."`
	Subject  string `help:"With --to: the subject."`
	TextFile string `name:"text" placeholder:"FILE" help:"With --to: file with the text; - reads the standard input."`
	HTMLFile string `name:"html" placeholder:"FILE" help:"With --to: file with the HTML."`
	Purpose  string `default:"transactional" help:"With --to: transactional or advertising; the contact must have agreed to it."`
	Sender   string `placeholder:"ID" help:"With --to: the sender (snd_…), when the account has more than one."`
}

func (sendCmd) Help() string {
	return `The message is put on record and leaves with the running server; nothing goes out without a live consent of its contact.

Examples:
  keruen send --account acc_… --campaign cmp_…
  keruen send --account acc_… --campaign cmp_… --at 2026-12-01T10:00
  echo "Заказ готов" | keruen send --account acc_… --to aigerim@example.kz --subject "Заказ 15" --text -`
}

var errSendWhat = errs.New(errs.Invalid, "cli.send_what", "Say what to send: --campaign cmp_… or --to ADDRESS with --subject and --text or --html.")

func (c *sendCmd) Run(e *env) error {
	if c.Campaign == "" && c.To == "" {
		return errSendWhat
	}
	return e.open(func(ctx context.Context, a *app.App) error {
		who, err := c.actor(ctx, a)
		if err != nil {
			return err
		}
		if c.Campaign != "" {
			return c.campaign(ctx, e, a, who)
		}
		return c.message(ctx, e, a, who)
	})
}

func (c *sendCmd) campaign(ctx context.Context, e *env, a *app.App, who access.Actor) error {
	var id campaign.ID
	if err := id.UnmarshalText([]byte(c.Campaign)); err != nil {
		return err
	}
	o := campaign.Order{At: c.At, Undo: new(time.Duration)}
	if c.At != "" {
		acc, err := a.Access.GetAccount(ctx, who)
		if err != nil {
			return err
		}
		o.Zone = acc.Zone
	}
	got, err := a.Campaigns.Send(ctx, who, id, 0, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s leaves at %s\n", got.ID, got.StartAt.Format(time.RFC3339))
	return err
}

func (c *sendCmd) message(ctx context.Context, e *env, a *app.App, who access.Actor) error {
	m := delivery.Single{Purpose: channel.Purpose(c.Purpose), Kind: "command", Letter: content.Letter{Subject: c.Subject}}
	var err error
	if m.Letter.Text, err = e.file(c.TextFile); err != nil {
		return err
	}
	if m.Letter.HTML, err = e.file(c.HTMLFile); err != nil {
		return err
	}
	if m.Contact, err = a.Contacts.ByEmail(ctx, who, c.To); err != nil {
		return err
	}
	if c.Sender == "" {
		m.Sender, err = a.Senders.Senders.Only(ctx, who, channel.Email)
	} else {
		err = m.Sender.UnmarshalText([]byte(c.Sender))
	}
	if err != nil {
		return err
	}
	got, err := a.Delivery.Submit(ctx, who, m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s is on record and leaves with the running server\n", got.ID)
	return err
}

// file reads a file, or the standard input for "-"; no name is no text.
func (e *env) file(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if name == "-" {
		b, err := io.ReadAll(io.LimitReader(e.in, 1<<20))
		return string(b), err
	}
	b, err := os.ReadFile(name)
	return string(b), err
}
