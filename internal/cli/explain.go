package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/campaign"
	"keruen/internal/channel"
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

type explainCmd struct {
	account
	ID string `arg:"" name:"id" help:"A campaign (cmp_…), or one message (prt_…): its id stands in the report and in the API."`
}

func (explainCmd) Help() string {
	return `Says what a campaign or a single message waits for, since when, and what goes on by itself. What needs a person ends with the command to give.

Examples:
  keruen explain --account acc_… cmp_…
  keruen explain --account acc_… prt_…-17`
}

func (c *explainCmd) Run(e *env) error {
	if !strings.HasPrefix(c.ID, "prt_") {
		o := ordered{account: c.account, Campaign: c.ID}
		return o.open(e, func(ctx context.Context, a *app.App, who access.Actor, id campaign.ID) error {
			x, err := a.Campaigns.Explain(ctx, who, id)
			if err != nil {
				return err
			}
			return writeExplanation(e.out, x)
		})
	}
	return e.open(func(ctx context.Context, a *app.App) error {
		who, err := c.actor(ctx, a)
		if err != nil {
			return err
		}
		ref, err := delivery.ParseName(c.ID)
		if err != nil {
			return err
		}
		x, err := a.Campaigns.ExplainDelivery(ctx, who, ref)
		if err != nil {
			return err
		}
		return writeStory(e.out, x)
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
	return s + boundWords(w.Bound)
}

// storyWords say what one message waits for; what is not here, a campaign waits for too.
var storyWords = map[delivery.Wait]string{
	delivery.WaitTime:      "Its time has not come.",
	delivery.WaitWinner:    "The A/B test has not decided yet what it says.",
	delivery.WaitTurn:      "Waiting for its turn.",
	delivery.WaitPath:      "Its way out is held.",
	delivery.WaitRetry:     "It was put off and is tried again.",
	delivery.WaitAnswer:    "It is being sent at this moment.",
	delivery.WaitUncertain: "Nobody knows whether it left. Decide in the cabinet whether to send it again.",
}

// stateWords say what became of a message that waits for nothing.
var stateWords = map[delivery.State]string{
	delivery.Accepted: "Taken by the recipient's server.", delivery.Delivered: "Delivered.", delivery.Failed: "Not delivered.",
	delivery.Skipped: "Left out.", delivery.Expired: "Expired.",
}

func writeStory(out io.Writer, x delivery.Explanation) error {
	words := stateWords[x.State]
	if x.Why != delivery.WaitNothing {
		if words = storyWords[x.Why]; words == "" {
			words = waitWords[campaign.Why(x.Why)]
		}
	}
	if x.Ahead > 0 {
		words += fmt.Sprintf(" %d messages go before it or take turns with it.", x.Ahead)
	}
	lines := []string{words + boundWords(x.Bound)}
	for _, reason := range []string{x.Reason, x.Cause} {
		if reason != "" {
			lines = append(lines, "why:      "+reason+": "+email.Reason(reason).In(lang.English))
		}
	}
	if x.Detail != "" {
		lines = append(lines, "answer:   "+x.Detail)
	}
	lines = append(lines, fmt.Sprintf("tries:    %d of %d, last change %s", x.Attempts, x.MostTries, x.At.Format(time.RFC3339)))
	if !x.Next.IsZero() {
		lines = append(lines, "next:     "+x.Next.Format(time.RFC3339))
	}
	if !x.GivesUpAt.IsZero() {
		lines = append(lines, "gives up: "+x.GivesUpAt.Format(time.RFC3339))
	}
	_, err := fmt.Fprintln(out, strings.Join(lines, "\n"))
	return err
}

// heldWords say what holds all messages to a provider.
var heldWords = map[string]string{
	"paused": "an operator paused the way", "rate": "it takes letters slowly", "warm_up": "the address that sends is being warmed up",
	"suspended": "it asked for silence", "listed": "the address that sends stands on a block list",
	"no_source": "no address is set up for such letters", "down": "no connection comes about",
}

// boundWords tell what bounds messages to a provider; empty when nobody knows.
func boundWords(b *channel.Bound) string {
	if b == nil {
		return ""
	}
	s := " " + b.Provider + ":"
	if b.Why != "" {
		s += " " + heldWords[b.Why]
		if !b.Until.IsZero() {
			s += " until " + b.Until.Format(time.RFC3339)
		}
		s += ","
	}
	s += fmt.Sprintf(" %d connections at most", b.Connections)
	if b.PerSecond > 0 {
		s += fmt.Sprintf(", %g letters a second", b.PerSecond)
	}
	if b.Narrowest != "" {
		s += " (" + b.Narrowest + ")"
	}
	return s + "."
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
