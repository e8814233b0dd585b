package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/config"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/mail/dkim"
	"keruen/internal/page"
	"keruen/web"
)

type doctorCmd struct{}

func (doctorCmd) Help() string {
	return `Looks at the settings, the data folder, the secret key, the database, the address, the way out for mail and the DNS records of
the sender of our own letters. It changes nothing, and contacts nothing but what the settings name.

Each line begins with ok, note or MEND; a line to mend says what to do. The exit code is 0 when nothing is to mend, else 10.`
}

// findings is the error of a set-up in which something is to mend.
type findings struct{ n int }

func (f *findings) Error() string { return fmt.Sprintf("%d things to mend", f.n) }

// examination is one run of the doctor.
type examination struct {
	e    *env
	conf config.Config
	mend int
}

func (doctorCmd) Run(e *env) error {
	x := &examination{e: e}
	c, err := e.settings()
	if err != nil {
		x.bad("settings", plain(err), "correct the file or the flag")
		return &findings{x.mend}
	}
	x.conf = c
	x.ok("settings", "read and understood")
	x.clock()
	x.data()
	x.secret()
	x.address()
	x.bundle()
	x.signer()
	if x.database() {
		x.mail()
	}
	if x.mend > 0 {
		fmt.Fprintf(e.out, "\n%d to mend.\n", x.mend)
		return &findings{x.mend}
	}
	fmt.Fprintln(e.out, "\nNothing to mend.")
	return nil
}

func (x *examination) ok(what, found string) { fmt.Fprintf(x.e.out, "ok    %-10s %s\n", what, found) }

func (x *examination) note(what, found string) {
	fmt.Fprintf(x.e.out, "note  %-10s %s\n", what, found)
}

func (x *examination) bad(what, found, do string) {
	x.mend++
	fmt.Fprintf(x.e.out, "MEND  %-10s %s\n      %-10s → %s\n", what, found, "", do)
}

// plain is an error in words for the one who runs the program, with its fields and its cause.
func plain(err error) string {
	var known *errs.Error
	if !errors.As(err, &known) {
		return err.Error()
	}
	parts := []string{known.Text}
	for _, f := range known.Fields {
		parts = append(parts, f.Path+" "+f.Text)
	}
	if cause := errors.Unwrap(known); cause != nil {
		parts = append(parts, "("+cause.Error()+")")
	}
	return strings.Join(parts, "; ")
}

// clock: codes of authenticators and TLS need the right time.
func (x *examination) clock() {
	if now := time.Now(); now.Year() < 2026 {
		x.bad("clock", "the machine says it is "+now.Format(time.DateTime), "set the clock, and keep it by NTP (apt-get install systemd-timesyncd)")
		return
	}
	x.ok("clock", time.Now().Format("2006-01-02 15:04:05 MST"))
}

// signer says who signs letters, which bounds how many go out in a second.
func (x *examination) signer() {
	b, err := dkim.Choose(x.conf.Mail.Signer)
	if err != nil {
		x.bad("signer", err.Error(), "set mail.signer to auto or go")
		return
	}
	x.ok("signer", b.Name+": "+b.Detail)
}

const (
	littleRoom = 1 << 30   // bytes: below this a note
	noRoom     = 100 << 20 // below this the program will soon stop
)

func (x *examination) data() {
	dir, err := filepath.Abs(x.conf.Data)
	if err != nil {
		dir = x.conf.Data
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		x.note("data", dir+" does not exist yet; it is made at the first start")
		return
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		x.bad("data", "cannot write into "+dir+": "+err.Error(), "give the folder to the user that runs keruen (chown)")
		return
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		x.bad("data", "the file system does not answer: "+err.Error(), "look at the disk")
		return
	}
	free := int64(s.Bavail) * s.Bsize
	room := strconv.FormatInt(free>>20, 10) + " MB free in " + dir
	switch {
	case free < noRoom:
		x.bad("data", "only "+room, "free some space: with a full disk nothing more is accepted or sent")
	case free < littleRoom:
		x.note("data", room+"; that is little")
	default:
		x.ok("data", room)
	}
}

func (x *examination) secret() {
	path := x.conf.SecretPath()
	s, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.note("secret", path+" does not exist yet; it is made at the first start. Put it into the backup")
	case err != nil:
		x.bad("secret", err.Error(), "give the file to the user that runs keruen")
	case s.Mode().Perm()&0o077 != 0:
		x.bad("secret", fmt.Sprintf("%s can be read by others (mode %#o)", path, s.Mode().Perm()), "chmod 600 "+path)
	default:
		x.ok("secret", path)
	}
}

func (x *examination) address() {
	if x.conf.BaseURL == "" {
		x.note("address", "base_url is empty: links in letters lead to http://"+x.conf.Listen+", which only this machine can open")
		return
	}
	u, err := url.Parse(x.conf.BaseURL)
	if err != nil {
		x.bad("address", err.Error(), "correct base_url")
		return
	}
	if u.Scheme != "https" {
		x.bad("address", x.conf.BaseURL+" is not https", "put a proxy with a certificate in front: mailbox providers ask for https in the one-click unsubscribe (RFC 8058), and passwords travel in clear without")
		return
	}
	if x.conf.Proxies == "" {
		x.note("address", x.conf.BaseURL+"; trusted_proxies is empty, so every visitor seems to come from the proxy")
		return
	}
	x.ok("address", x.conf.BaseURL)
}

func (x *examination) bundle() {
	if _, err := fs.Stat(web.Dist(), "index.html"); err != nil {
		x.bad("cabinet", "the program was built without the cabinet", "build it with make build")
		return
	}
	x.ok("cabinet", "inside the program")
}

// database tells whether there is one to go on with.
func (x *examination) database() bool {
	shown := x.conf.DatabaseURL()
	if u, err := url.Parse(shown); err == nil && u.User != nil {
		u.User = url.User(u.User.Username())
		shown = u.String()
	}
	if path, ok := strings.CutPrefix(shown, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			x.note("database", path+" does not exist yet; it is made at the first start")
			return false
		}
	}
	d, err := db.Open(x.e.ctx, db.Config{URL: x.conf.DatabaseURL(), Log: logger(x.conf, x.e.err)})
	if err != nil {
		x.bad("database", shown+": "+plain(err), "correct the setting database, or start the database server")
		return false
	}
	defer d.Close()
	if err := d.Ping(x.e.ctx); err != nil {
		x.bad("database", shown+" does not answer: "+plain(err), "start the database server, and look at the address, the name and the password")
		return false
	}
	s, err := d.Schema(x.e.ctx)
	if err != nil {
		x.bad("database", plain(err), "look at the rights of the database user")
		return false
	}
	if s.Has < s.Knows {
		x.note("database", fmt.Sprintf("%s is at version %d of %d; serve or migrate brings it up to date", shown, s.Has, s.Knows))
		return false
	}
	if s.Has > s.Knows {
		x.bad("database", fmt.Sprintf("%s is at version %d, this program knows %d", shown, s.Has, s.Knows), "use the newer program that was here before, or restore the backup made before it")
		return false
	}
	x.ok("database", shown)
	return true
}

// mail looks at the way out and at the records of the sender of our own letters.
func (x *examination) mail() {
	if x.conf.Sandbox {
		x.note("mail", "the pretend world is on: no letter leaves this machine")
		return
	}
	if m := x.conf.Mail; m.RelayHost != "" {
		address := net.JoinHostPort(m.RelayHost, strconv.Itoa(m.RelayPort))
		c, err := net.DialTimeout("tcp", address, 10*time.Second)
		if err != nil {
			x.bad("relay", address+": "+err.Error(), "look at mail.relay_host and mail.relay_port, and at the firewall")
		} else {
			_ = c.Close()
			x.ok("relay", address+" takes connections")
		}
	} else {
		x.note("mail", "letters go straight to the recipients' servers: the provider of this machine must let port 25 out. It cannot be seen from here without writing to somebody")
	}
	err := x.e.open(func(ctx context.Context, a *app.App) error { return x.records(ctx, a) })
	if err != nil {
		x.bad("sender", plain(err), "start serve once, which makes the sender of our own letters")
	}
}

func (x *examination) records(ctx context.Context, a *app.App) error {
	who := access.System(a.House)
	all, err := a.Senders.List(ctx, who, page.Ask{Limit: 1})
	if err != nil || len(all.Items) == 0 {
		return err
	}
	v, err := a.Senders.Check(ctx, who, all.Items[0].ID)
	if err != nil {
		return err
	}
	for _, r := range v.Records {
		if r.OK {
			x.ok(r.Kind, r.Name)
			continue
		}
		found := "nothing is there"
		if len(r.Found) > 0 {
			found = "there is: " + strings.Join(r.Found, " | ")
		}
		if r.Required {
			x.bad(r.Kind, r.Name+": "+found, "publish "+r.Type+" "+r.Name+" = "+r.Expected)
			continue
		}
		x.note(r.Kind, r.Name+": "+found+"; good to have: "+r.Type+" = "+r.Expected)
	}
	return nil
}
