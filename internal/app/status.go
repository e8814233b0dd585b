package app

import (
	"context"
	"fmt"
	"net"
	"time"

	"keruen/internal/db"
	"keruen/internal/showcase"
	"keruen/internal/status"
)

// slowAfter is how late the oldest job that could run may be before visitors are told of delays.
const slowAfter = 2 * time.Minute

// publicPages makes what the public site shows of the installation: the state of the parts that this process runs, and our clients.
func (a *App) publicPages(ctx context.Context) error {
	a.Status = status.New(a.DB, a.Clock, a.Log)
	a.Status.Watch(status.Database, func(ctx context.Context) (status.State, error) { return status.Works, a.DB.Ping(ctx) })
	if a.Config.Runs("send") {
		a.Status.Watch(status.Sending, func(context.Context) (status.State, error) { return status.Works, nil }) // a pipeline that fails ends the process
	}
	if a.Config.Runs("work") {
		a.Status.Watch(status.Work, a.probeWork)
	}
	if a.mailbox != nil {
		a.Status.Watch(status.MailIn, a.probeMailbox)
	}
	a.Clients = showcase.New(a.DB, a.Clock, a.Campaigns)
	a.Clients.Work(a.Queue)
	return a.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return a.Clients.StartTx(ctx, tx, a.Queue) })
}

func (a *App) probeWork(ctx context.Context) (status.State, error) {
	late, err := a.Queue.Late(ctx)
	if err != nil {
		return status.Down, err
	}
	if late > slowAfter {
		return status.Slow, nil
	}
	return status.Works, nil
}

// probeMailbox waits for the greeting of our own mail port (RFC 5321 §4.3.1).
func (a *App) probeMailbox(ctx context.Context) (status.State, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", loopback(a.mailbox.Addr()))
	if err != nil {
		return status.Down, err
	}
	defer c.Close()
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return status.Down, err
		}
	}
	code := make([]byte, 3)
	if _, err := c.Read(code); err != nil {
		return status.Down, err
	}
	if string(code) != "220" {
		return status.Down, fmt.Errorf("the mail port greets with %q", code)
	}
	_, _ = c.Write([]byte("QUIT\r\n"))
	return status.Works, nil
}

// loopback is where this process reaches a port that listens on every address.
func loopback(a net.Addr) string {
	if t, ok := a.(*net.TCPAddr); ok && t.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", fmt.Sprint(t.Port))
	}
	return a.String()
}
