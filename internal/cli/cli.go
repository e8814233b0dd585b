// Package cli is the command line. Each command is a struct whose tags are its help; Run does the work by calling the
// same verbs as the API. Settings come from the file, the environment and flags (internal/config).
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"keruen/internal/app"
	"keruen/internal/config"
	"keruen/internal/errs"
)

// Exit codes. They follow the kind of the error, so that scripts can tell a typing error from a full disk.
const (
	exitOK          = 0
	exitInternal    = 1  // a fault of ours
	exitUsage       = 2  // the command line or a setting is wrong
	exitNotFound    = 3  // there is no such thing
	exitConflict    = 4  // the state does not allow it
	exitUnavailable = 5  // try again later: busy, disk full, database away
	exitForbidden   = 6  // not allowed, or not signed in
	exitDoctor      = 10 // doctor found something to mend
)

// root is the command line as a whole.
type root struct {
	Config   string   `short:"c" placeholder:"FILE" help:"Configuration file; keruen.toml of the working folder when it is there. Example: keruen example-config > keruen.toml"`
	Data     string   `placeholder:"DIR" help:"Folder of everything that is kept."`
	Database string   `placeholder:"URL" help:"sqlite:PATH or postgres://user:password@host:5432/name."`
	BaseURL  string   `name:"base-url" placeholder:"URL" help:"Address under which people reach the program."`
	LogLevel string   `name:"log-level" placeholder:"LEVEL" help:"debug, info, warn or error."`
	Set      []string `short:"s" placeholder:"KEY=VALUE" sep:"none" help:"Any setting, by its name in the configuration file: --set mail.relay_host=smtp.example.kz"`

	Serve         serveCmd   `cmd:"" help:"Run the program: pages, API, jobs and sending."`
	Migrate       migrateCmd `cmd:"" help:"Bring the database up to date and stop."`
	Import        importCmd  `cmd:"" help:"Bring contacts in from a CSV file."`
	Send          sendCmd    `cmd:"" help:"Send one message to a contact, or a campaign that is ready."`
	Explain       explainCmd `cmd:"" help:"Say what a campaign or one message waits for."`
	Resume        resumeCmd  `cmd:"" help:"Let a paused campaign go on, or one begin whose time has passed."`
	User          userCmd    `cmd:"" help:"Make logins and reset passwords."`
	Paths         pathsCmd   `cmd:"" help:"Look over how letters leave."`
	Route         routeCmd   `cmd:"" help:"Show where letters to a domain go, and how they are protected."`
	Bounces       bouncesCmd `cmd:"" help:"Say what answers of mail servers mean."`
	Doctor        doctorCmd  `cmd:"" help:"Look the set-up over and say what to mend."`
	ExampleConfig exampleCmd `cmd:"" name:"example-config" help:"Print a configuration file with every setting explained."`
	OpenAPI       openapiCmd `cmd:"" name:"openapi" help:"Print the description of the API (OpenAPI 3.1)."`
	Version       versionCmd `cmd:"" help:"Print the version."`
}

const about = `Keruen sends e-mail campaigns to people who agreed to receive them.

  To try it out:        keruen serve --demo
  To run it for real:   keruen example-config > keruen.toml, then keruen doctor, then keruen serve

Every setting can stand in the file, in the environment (KERUEN_DATA, KERUEN_MAIL_RELAY_HOST) or on the
command line; what stands later in this row wins.`

// env is what commands are given: the world around the program, and the settings once they are read.
type env struct {
	ctx            context.Context
	in             io.Reader
	out, err       io.Writer
	root           *root
	configurations map[string]string // flags of a command that are settings
}

// Main runs one command and returns the exit code.
func Main(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	r := &root{}
	code := -1
	parser, err := kong.New(r, kong.Name("keruen"), kong.Description(about), kong.Writers(out, errOut), kong.UsageOnError(),
		kong.Exit(func(c int) { code = c }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitInternal
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if code >= 0 {
		return code // help was shown
	}
	if err != nil {
		fmt.Fprintf(errOut, "keruen: %v\nSee keruen --help.\n", err)
		return exitUsage
	}
	e := &env{ctx: ctx, in: in, out: out, err: errOut, root: r, configurations: map[string]string{}}
	if err := command.Run(e); err != nil {
		return e.report(err)
	}
	return exitOK
}

// report tells what went wrong, in words for people, and returns the exit code of its kind.
func (e *env) report(err error) int {
	var found *findings
	if errors.As(err, &found) {
		return exitDoctor
	}
	var known *errs.Error
	if !errors.As(err, &known) {
		fmt.Fprintf(e.err, "keruen: %v\n", err)
		return exitInternal
	}
	fmt.Fprintf(e.err, "keruen: %s\n", known.Text)
	for _, f := range known.Fields {
		fmt.Fprintf(e.err, "  %s: %s\n", f.Path, f.Text)
	}
	if cause := errors.Unwrap(known); cause != nil {
		fmt.Fprintf(e.err, "  cause: %v\n", cause)
	}
	return exitCode(known.Kind)
}

func exitCode(k errs.Kind) int {
	switch k {
	case errs.Invalid, errs.TooLarge:
		return exitUsage
	case errs.NotFound:
		return exitNotFound
	case errs.Conflict, errs.Stale:
		return exitConflict
	case errs.Unavailable, errs.TooMany:
		return exitUnavailable
	case errs.Forbidden, errs.Unauthenticated:
		return exitForbidden
	default:
		return exitInternal
	}
}

// settings reads the settings with what the command line says.
func (e *env) settings() (config.Config, error) {
	flags := map[string]string{}
	for _, pair := range e.root.Set {
		key, value, ok := cut(pair)
		if !ok {
			return config.Config{}, errSet.With("got", pair)
		}
		flags[key] = value
	}
	for key, value := range map[string]string{"data": e.root.Data, "database": e.root.Database, "base_url": e.root.BaseURL, "log.level": e.root.LogLevel} {
		if value != "" {
			flags[key] = value
		}
	}
	for key, value := range e.configurations {
		flags[key] = value
	}
	return config.Load(config.Sources{File: e.root.Config, Env: os.LookupEnv, Flags: flags})
}

var errSet = errs.New(errs.Invalid, "cli.set", "--set wants KEY=VALUE, such as --set mail.relay_host=smtp.example.kz.")

func cut(pair string) (key, value string, ok bool) {
	for i := range len(pair) {
		if pair[i] == '=' {
			return pair[:i], pair[i+1:], i > 0
		}
	}
	return "", "", false
}

// open builds the program for a command that works beside a running server, and closes it afterwards.
func (e *env) open(work func(context.Context, *app.App) error) error {
	c, err := e.settings()
	if err != nil {
		return err
	}
	a, err := app.New(e.ctx, c, app.Options{Shared: true, Log: logger(c, e.err)})
	if err != nil {
		return err
	}
	return errors.Join(work(e.ctx, a), a.Close())
}

type exampleCmd struct{}

func (exampleCmd) Run(e *env) error {
	_, err := io.WriteString(e.out, config.Example())
	return err
}

type versionCmd struct{}

func (versionCmd) Run(e *env) error {
	_, err := fmt.Fprintln(e.out, "keruen "+app.Version)
	return err
}
