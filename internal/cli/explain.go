package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/campaign"
	"keruen/internal/channel/email"
	"keruen/internal/delivery"
	"keruen/internal/lang"
)

// ordered is the campaign that a command is about.
type ordered struct {
	account
	Campaign string `arg:"" name:"campaign" help:"The campaign (cmp_…)."`
}

// open opens the program for the account, with the campaign's id read.
func (c *ordered) open(e *env, do func(ctx context.Context, a *app.App, who access.Actor, id campaign.ID) error) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		who, err := c.actor(ctx, a)
		if err != nil {
			return err
		}
		var id campaign.ID
		if err := id.UnmarshalText([]byte(c.Campaign)); err != nil {
			return err
		}
		return do(ctx, a, who, id)
	})
}

type explainCmd struct{ ordered }

func (explainCmd) Help() string {
	return `Says what a campaign waits for, since when, and what goes on by itself. What needs a person ends with the command to give.

Example:
  keruen explain --account acc_… cmp_…`
}

func (c *explainCmd) Run(e *env) error {
	return c.open(e, func(ctx context.Context, a *app.App, who access.Actor, id campaign.ID) error {
		x, err := a.Campaigns.Explain(ctx, who, id)
		if err != nil {
			return err
		}
		return writeExplanation(e.out, x)
	})
}

// waitWords say what a group waits for.
var waitWords = map[campaign.Why]string{
	campaign.WaitsForTime:     "It begins at its time.",
	campaign.WaitsForDecision: "Its time passed more than an hour ago. See whether the letter still fits, then: keruen resume",
	campaign.WaitsForResume:   "It is paused. To go on: keruen resume",
	campaign.WaitsForGuard:    "Its results have stopped it. To go on in spite of them: keruen resume --anyway",
	campaign.WaitsForLink:     "A link of its letter is on a block list. Once the list has let it go: keruen resume",
	campaign.WaitsForSender:   "Its sender is paused.",
	campaign.WaitsForTurn:     "Waiting for their turn.",
	campaign.WaitsForAnswer:   "Nobody knows whether they left. Decide in the cabinet whether to send them again.",
}

func writeExplanation(out io.Writer, x campaign.Explanation) error {
	if f := x.Finding; f.Level > delivery.GuardCalm {
		if _, err := fmt.Fprintf(out, "results: %s, %d of %d %s %s %s\n", f.Code, f.N, f.Of, f.Domain, f.Reason, f.Detail); err != nil {
			return err
		}
	}
	if len(x.Waits) == 0 {
		_, err := fmt.Fprintln(out, "It waits for nothing.")
		return err
	}
	for _, w := range x.Waits {
		words := waitWords[w.Why]
		if w.Why == campaign.WaitsForRetry {
			words = w.Domain + ": " + email.Reason(w.Reason).In(lang.English)
		}
		if _, err := fmt.Fprintf(out, "%8d  %s%s\n", w.N, words, moments(w)); err != nil {
			return err
		}
	}
	return nil
}

// moments tells since when a group waits, until when, and the server's own words.
func moments(w campaign.Wait) string {
	var s string
	if w.Ahead > 0 {
		s += fmt.Sprintf(" %d messages of other campaigns of the sender take turns with them.", w.Ahead)
	}
	if !w.Since.IsZero() {
		s += " Last answer " + w.Since.Format(time.RFC3339) + "."
	}
	if !w.Next.IsZero() {
		s += " Next " + w.Next.Format(time.RFC3339) + "."
	}
	if w.Detail != "" {
		s += " " + w.Detail
	}
	return s
}

type resumeCmd struct {
	ordered
	Anyway bool `help:"In spite of its results, when they have stopped it. The decision is recorded in the audit log."`
}

func (resumeCmd) Help() string {
	return `Lets a paused campaign go on, and one whose time has passed begin now. keruen explain tells why it waits.

Example:
  keruen resume --account acc_… cmp_…`
}

func (c *resumeCmd) Run(e *env) error {
	return c.open(e, func(ctx context.Context, a *app.App, who access.Actor, id campaign.ID) error {
		got, err := a.Campaigns.Resume(ctx, who, id, campaign.Resumption{Anyway: c.Anyway})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "%s goes on\n", got.ID)
		return err
	})
}
