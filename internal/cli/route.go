package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"keruen/internal/app"
	"keruen/internal/channel/email"
)

type routeCmd struct {
	Domain string `arg:"" help:"Domain of recipients, such as example.kz."`
}

func (routeCmd) Help() string {
	return `Asks the name servers as the program does before it sends: which hosts take mail for the domain, in which order, and what
protection the domain asks for (DANE, MTA-STS). Nothing is sent. Examples:
  keruen route example.kz
  keruen route example.kz --set dns.validates=true --set dns.servers=127.0.0.1:53`
}

func (r *routeCmd) Run(e *env) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		way, err := a.Way(ctx, r.Domain)
		if err != nil {
			_, err = fmt.Fprintf(e.out, "%s: no letter can go there now: %v\n", r.Domain, err)
			return err
		}
		if err := e.showWay(way, a.Config.DNS.Validates); err != nil {
			return err
		}
		results, err := a.TLSResults(ctx, way.Domain)
		if err != nil {
			return err
		}
		return e.showResults(results)
	})
}

func (e *env) showWay(way email.Way, validates bool) error {
	signed := "unknown, because dns.validates is off; DANE records are not looked for"
	if validates {
		signed = map[bool]string{true: "yes", false: "no, so DANE records do not count"}[way.Secure]
	}
	fmt.Fprintf(e.out, "domain    %s\nsite      %s\nDNSSEC    %s\n", way.Domain, way.Label(), signed)
	if way.Provider != "" {
		fmt.Fprintf(e.out, "provider  %s\n", way.Provider)
	}
	if way.Implicit {
		fmt.Fprintln(e.out, "The domain publishes no MX records; its own address takes the mail.")
	}
	w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nHOST\tPREFERENCE\tADDRESSES\tPROTECTION")
	for _, s := range way.Stops {
		addrs := make([]string, len(s.Addrs))
		for i, a := range s.Addrs {
			addrs[i] = a.String()
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", s.Host, s.Preference, strings.Join(addrs, " "), protection(s))
	}
	return w.Flush()
}

// showResults says what became of the connections of the last week, in the words of RFC 8460.
func (e *env) showResults(results []email.TLSResult) error {
	if len(results) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nLAST 7 DAYS\tPOLICY\tRESULT\tCONNECTIONS")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", r.MXHost, map[string]string{"tlsa": "DANE", "sts": "MTA-STS"}[r.Policy], r.Result, r.Sessions)
	}
	return w.Flush()
}

func protection(s email.Stop) string {
	if s.Held != "" {
		return "letters wait: " + s.Held
	}
	return map[email.TLSMode]string{
		email.TLSOpportunistic: "TLS when offered",
		email.TLSRequire:       "TLS or nothing, any certificate (DANE)",
		email.TLSVerify:        "TLS or nothing, certificate checked (MTA-STS)",
		email.TLSDANE:          "TLS or nothing, certificate as published (DANE)",
	}[s.Mode]
}
