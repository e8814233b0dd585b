package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/intake"
	"keruen/internal/lang"
)

type importCmd struct {
	account
	File     string   `arg:"" type:"existingfile" help:"CSV file: comma, semicolon or tab; UTF-8, Windows-1251 or UTF-16."`
	Map      []string `placeholder:"COLUMN=FIELD" help:"Where a column goes, by its header or number from 1: --map Почта=email --map 3=first_name. Columns not named go where they are recognised to belong."`
	List     string   `placeholder:"NAME" help:"Put the contacts on a new list with this name."`
	Existing string   `default:"update_empty" help:"Contacts that are there already: update_empty, overwrite or skip."`

	ConsentSource  string `placeholder:"TEXT" help:"Where the contacts agreed: a site form, a till, a contract. Without it they are imported without consent and get no campaigns."`
	ConsentDate    string `placeholder:"DAY" help:"When, YYYY-MM-DD; the latest of the days."`
	ConsentWording string `placeholder:"TEXT" help:"The words that they agreed to, or the proof."`
	ConsentPurpose string `default:"advertising" help:"advertising or transactional."`

	DryRun   bool   `help:"Check all rows and change nothing."`
	Rejected string `placeholder:"FILE" help:"Write rows that were not taken there, with the cause and what to do."`
}

func (importCmd) Help() string {
	return `The declaration of consent is recorded as an act of signature of the account.

Examples:
  keruen import people.csv --account acc_… --dry-run
  keruen import people.csv --account acc_… --list "Гости" \
      --consent-source "анкета на кассе" --consent-date 2026-10-01 \
      --consent-wording "Согласен получать новости по электронной почте" --rejected rejected.csv

The work is done by this command itself when no server runs, else by the server.`
}

func (c *importCmd) Run(e *env) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		who, err := c.actor(ctx, a)
		if err != nil {
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		i, err := a.Imports.Upload(ctx, who, filepath.Base(c.File), f)
		if err != nil {
			return err
		}
		if i, err = a.Imports.Update(ctx, who, i.ID, c.change(i)); err != nil {
			return err
		}
		begin := a.Imports.Start
		if c.DryRun {
			begin = a.Imports.DryRun
		}
		if i, err = begin(ctx, who, i.ID); err != nil {
			return err
		}
		if i, err = follow(ctx, e, a, who, i); err != nil {
			return err
		}
		return c.finish(ctx, e, a, who, i)
	})
}

// change makes settings of the flags. Columns that no flag names stay as they were recognised.
func (c *importCmd) change(i intake.Import) intake.Change {
	rule := contact.OnExisting(c.Existing)
	ch := intake.Change{OnExisting: &rule, Mapping: append([]intake.Mapping(nil), i.Settings.Mapping...)}
	for _, pair := range c.Map {
		column, field, _ := strings.Cut(pair, "=")
		for n, col := range i.Columns {
			if col.Header == column || fmt.Sprint(n+1) == column {
				ch.Mapping[n].Field = field
			}
		}
	}
	if c.List != "" {
		ch.NewList = &c.List
	}
	d := intake.Declaration{}
	if c.ConsentSource != "" {
		d = intake.Declaration{Declared: true, Source: c.ConsentSource, Date: c.ConsentDate, Wording: c.ConsentWording,
			Purpose: channel.Purpose(c.ConsentPurpose), Channels: []channel.Kind{channel.Email}}
	}
	ch.Consent = &d
	return ch
}

// follow works on the import, or watches the server do it, and shows how far it is.
func follow(ctx context.Context, e *env, a *app.App, who access.Actor, i intake.Import) (intake.Import, error) {
	work, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.Queue.Run(work) }()
	defer func() { stop(); <-done }()
	for i.State == intake.Checking || i.State == intake.Running {
		if err := clock.Sleep(ctx, a.Clock, 200*time.Millisecond); err != nil {
			return i, err
		}
		got, err := a.Imports.Get(ctx, who, i.ID)
		if err != nil {
			return i, err
		}
		i = got
		fmt.Fprintf(e.err, "\r%d of about %d rows", i.Done, i.RowsEstimate)
	}
	fmt.Fprintln(e.err)
	return i, nil
}

func (c *importCmd) finish(ctx context.Context, e *env, a *app.App, who access.Actor, i intake.Import) error {
	if i.Failure != nil {
		return errs.New(errs.Conflict, i.Failure.Code, i.Failure.Text)
	}
	verb := map[bool]string{true: "would be ", false: ""}[c.DryRun]
	n := i.Counts
	fmt.Fprintf(e.out, "%d rows: %d %screated, %d updated, %d skipped, %d with errors; %d on the stop-list\n",
		n.Rows, n.Created, verb, n.Updated, n.Skipped, n.Errors, n.InStopList)
	for _, g := range i.Groups {
		fmt.Fprintf(e.out, "  %s: %d", g.Code, g.Count)
		for _, x := range g.Examples {
			fmt.Fprintf(e.out, "; line %d %s", x.Row, x.Column)
		}
		fmt.Fprintln(e.out)
	}
	if c.Rejected == "" {
		return nil
	}
	f, err := os.OpenFile(c.Rejected, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(a.Imports.Rejected(ctx, who, i.ID, lang.Russian, f), f.Close())
}
