package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"keruen/internal/api"
	"keruen/internal/app"
	"keruen/internal/config"
)

type serveCmd struct {
	Listen string `short:"l" placeholder:"HOST:PORT" help:"Address and port of the web server; 127.0.0.1:8080 unless the settings say otherwise."`
	Role   string `placeholder:"ROLE" help:"Which parts run here: all, web, work or send."`
	Demo   bool   `help:"Make an account with 1,000 contacts to try things out, in the pretend world: nothing leaves the machine."`
}

// Help is shown by keruen serve --help.
func (serveCmd) Help() string {
	return `Examples:
  keruen serve --demo                        try it out; the sign-in is printed
  keruen serve -c /etc/keruen.toml           run it with a configuration file
  keruen serve --role send                   one of several machines that share a PostgreSQL

The program stops at Ctrl-C or SIGTERM: it takes no new requests, brings running work to a good place and closes
the database. A second Ctrl-C stops at once; what was being sent is then sorted out at the next start.`
}

func (s *serveCmd) Run(e *env) error {
	if s.Listen != "" {
		e.configurations["listen"] = s.Listen
	}
	if s.Role != "" {
		e.configurations["role"] = s.Role
	}
	if s.Demo {
		e.configurations["demo"] = "true"
	}
	c, err := e.settings()
	if err != nil {
		return err
	}
	collectLess()
	ctx, stop := signal.NotifyContext(e.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	a, err := app.New(ctx, c, app.Options{Log: logger(c, e.err)})
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	greet(e.out, a)
	err = a.Wait(ctx)
	stop() // from now on a signal ends the program at once
	fmt.Fprintln(e.out, "Stopping…")
	return errors.Join(err, a.Close())
}

// collectLess lets garbage grow to twice of what is in use before it is collected (GOGC, where set, goes first). What lives is small here, a few tens of MB,
// and letters are short-lived: at full speed collecting took a tenth of the processor, and takes half of that so.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// greet says where to go, in the words of somebody who has just typed one command.
func greet(out io.Writer, a *app.App) {
	fmt.Fprintf(out, "\nKeruen %s is running:  %s\n", app.Version, a.URL)
	if a.World != nil {
		fmt.Fprintf(out, "Practice mode:         no letter leaves this machine; the mailbox is at %s%s\n", a.URL, app.SandboxPath)
	}
	if d, err := a.ReadDemo(); a.Config.Demo && err == nil {
		fmt.Fprintf(out, "Demo sign-in:          %s  password %s\n", d.Email, d.Password)
		fmt.Fprintf(out, "Ready to send:         %s/campaigns/%s/edit\n", a.URL, d.Campaign)
	}
	fmt.Fprintf(out, "Data:                  %s\nStop:                  Ctrl-C\n\n", a.Config.Data)
}

// logger writes as the settings say. What it writes never holds addresses, letters or secrets.
func logger(c config.Config, out io.Writer) *slog.Logger {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	o := &slog.HandlerOptions{Level: levels[c.Log.Level]}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(out, o))
	}
	return slog.New(slog.NewTextHandler(out, o))
}

type migrateCmd struct{}

func (migrateCmd) Help() string {
	return `serve does this by itself at the start. Say migrate on its own when several machines share a database and you want
to bring it up to date before they start. Going back to an older version needs a backup made before.`
}

func (migrateCmd) Run(e *env) error {
	return e.open(func(_ context.Context, a *app.App) error { // opening it migrates
		_, err := fmt.Fprintln(e.out, "The database is up to date.")
		return err
	})
}

type openapiCmd struct{}

func (openapiCmd) Run(e *env) error {
	doc, err := api.OpenAPI()
	if err != nil {
		return err
	}
	_, err = e.out.Write(doc)
	return err
}
