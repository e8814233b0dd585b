package people

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"keruen/internal/sandbox/letter"
)

// Bounds of one visit.
const (
	patience = 10 * time.Second // for one request, on the clock of the machine
	maxPage  = 1 << 20          // bytes of an answer that are read
	maxScan  = 50               // links that a gateway follows
)

// Names under which programs present themselves.
const (
	browser    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	phone      = "Mozilla/5.0 (Linux; Android 15; SM-A556E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
	gmailProxy = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
	appleProxy = "Mozilla/5.0"
	gateway    = "Mozilla/5.0 (compatible; MailSecurityGateway/3.1; link scanner)"
	provider   = "Mail-Provider-Unsubscribe/1.0"
)

var errForeign = errors.New("not a loopback address")

// web is the little of the web that readers may visit: the one site of BaseURL, on loopback.
type web struct{ base func() string }

func newWeb(base func() string) *web { return &web{base: base} }

// ours tells whether a URL belongs to the site. Everything else is never fetched.
func (w *web) ours(u *url.URL) bool {
	if w.base == nil {
		return false
	}
	base, err := url.Parse(w.base())
	return err == nil && base.Host != "" && u.Scheme == base.Scheme && strings.EqualFold(u.Host, base.Host)
}

// client makes a browser of one person: with cookies of its own, from a loopback address of
// its own, following redirects inside the site only.
func (w *web) client(from net.IP) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{
		Timeout:   patience,
		LocalAddr: &net.TCPAddr{IP: from},
		Control: func(_, address string, _ syscall.RawConn) error {
			host, _, err := net.SplitHostPort(address)
			if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
				return errForeign
			}
			return nil
		},
	}
	return &http.Client{
		Jar:     jar,
		Timeout: patience,
		Transport: &http.Transport{
			DialContext:       dialIPv4First(dialer),
			DisableKeepAlives: true,
		},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if len(via) >= 5 || !w.ours(next.URL) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}, nil
}

// dialIPv4First dials from the person's own address, which is an IPv4 one, and plainly when
// the site listens on ::1 only.
func dialIPv4First(d net.Dialer) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, addr string) (net.Conn, error) {
		c, err := d.DialContext(ctx, "tcp4", addr)
		if err == nil || ctx.Err() != nil || errors.Is(err, errForeign) {
			return c, err
		}
		plain := net.Dialer{Timeout: d.Timeout, Control: d.Control}
		return plain.DialContext(ctx, "tcp6", addr)
	}
}

// visit is one reader with one letter.
type visit struct {
	web     *web
	letter  letter.Content
	who     dice
	address string
}

// do performs an act and tells in a few words how it ended.
func (v visit) do(ctx context.Context, a Act) string {
	switch a {
	case Complain:
		return "abuse"
	case Return:
		return "user unknown"
	}
	c, err := v.web.client(v.home(a))
	if err != nil {
		return err.Error()
	}
	switch a {
	case Open, Prefetch:
		return v.look(ctx, c, a)
	case Click:
		return v.click(ctx, c)
	case Unsubscribe:
		return v.unsubscribe(ctx, c)
	case LeaveByPage:
		return v.leaveByPage(ctx, c)
	case Scan:
		return v.scan(ctx, c)
	default:
		return "unknown act"
	}
}

// home is the address that the reader or the machine comes from.
func (v visit) home(a Act) net.IP {
	switch {
	case a == Scan:
		return net.IPv4(127, 0, 30, 1)
	case a == Prefetch:
		return net.IPv4(127, 0, 31, byte(1+v.who.number("relay")%250))
	default:
		n := v.who.number("home")
		return net.IPv4(127, 1, byte(n), byte(1+(n>>8)%254))
	}
}

func (v visit) agent(a Act) string {
	switch {
	case a == Scan:
		return gateway
	case a == Prefetch:
		return appleProxy
	case a == Open && v.who.Provider == "gmail":
		return gmailProxy
	case a == Unsubscribe:
		return provider
	case v.who.part("device") < 0.6:
		return phone
	default:
		return browser
	}
}

// look loads the pictures of the letter.
func (v visit) look(ctx context.Context, c *http.Client, a Act) string {
	how := "no pictures of ours"
	for _, src := range v.letter.Images() {
		if u, ok := v.link(src); ok {
			how, _ = v.fetch(ctx, c, http.MethodGet, u, v.agent(a), nil)
		}
	}
	return how
}

// click follows one link that is not a way out.
func (v visit) click(ctx context.Context, c *http.Client) string {
	var links []*url.URL
	for _, l := range v.letter.Links() {
		if u, ok := v.link(l.URL); ok && !v.letter.IsUnsubscribe(l) {
			links = append(links, u)
		}
	}
	if len(links) == 0 {
		return "no links of ours"
	}
	u := links[v.who.number("link")%uint64(len(links))]
	how, _ := v.fetch(ctx, c, http.MethodGet, u, v.agent(Click), nil)
	return how
}

// unsubscribe presses the button of the mail program (RFC 8058 §3.2): one POST, no cookies, no
// redirects. A letter that does not offer it is left by the page.
func (v visit) unsubscribe(ctx context.Context, c *http.Client) string {
	u, ok := v.link(v.letter.OneClick())
	if !ok {
		return v.leaveByPage(ctx, c)
	}
	c.Jar = nil
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	how, _ := v.fetch(ctx, c, http.MethodPost, u, v.agent(Unsubscribe), url.Values{"List-Unsubscribe": {"One-Click"}})
	return how
}

// leaveByPage follows the unsubscribe link of the letter and presses the button of the page.
func (v visit) leaveByPage(ctx context.Context, c *http.Client) string {
	u, ok := v.wayOut()
	if !ok {
		return "no way to unsubscribe"
	}
	how, page := v.fetch(ctx, c, http.MethodGet, u, v.agent(LeaveByPage), nil)
	form, ok := letter.FindForm(page)
	if !ok {
		return how + ", no button on the page"
	}
	action, err := u.Parse(form.Action)
	if err != nil || !v.web.ours(action) {
		return how + ", the button leads elsewhere"
	}
	how, _ = v.fetch(ctx, c, http.MethodPost, action, v.agent(LeaveByPage), form.Values)
	return how
}

// wayOut is the unsubscribe link in the body, or that of the header.
func (v visit) wayOut() (*url.URL, bool) {
	for _, l := range v.letter.Links() {
		if u, ok := v.link(l.URL); ok && v.letter.IsUnsubscribe(l) {
			return u, true
		}
	}
	return v.link(v.letter.UnsubscribeURL())
}

// scan asks for every link, the way out included, as security gateways do: HEAD, then GET.
func (v visit) scan(ctx context.Context, c *http.Client) string {
	var urls []*url.URL
	links := v.letter.Links()
	links = append(links, letter.Link{URL: v.letter.UnsubscribeURL()})
	for _, l := range links[max(0, len(links)-maxScan):] {
		u, ok := v.link(l.URL)
		if ok && !slices.ContainsFunc(urls, func(o *url.URL) bool { return *o == *u }) {
			urls = append(urls, u)
		}
	}
	for _, u := range urls {
		v.fetch(ctx, c, http.MethodHead, u, gateway, nil)
		v.fetch(ctx, c, http.MethodGet, u, gateway, nil)
	}
	return fmt.Sprintf("%d links", len(urls))
}

// link reads an address of the letter; ok is false for one that is not of the site.
func (v visit) link(raw string) (*url.URL, bool) {
	u, err := url.Parse(raw)
	if err != nil || raw == "" || !v.web.ours(u) {
		return nil, false
	}
	return u, true
}

// fetch makes one request and returns the status with the page.
func (v visit) fetch(ctx context.Context, c *http.Client, method string, u *url.URL, agent string, form url.Values) (how, page string) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return err.Error(), ""
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept-Language", "ru-KZ,ru;q=0.9,kk;q=0.8,en;q=0.5")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if form != nil && agent != provider {
		req.Header.Set("Origin", u.Scheme+"://"+u.Host)
	}
	resp, err := c.Do(req)
	if err != nil {
		return "no answer: " + reason(err), ""
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return resp.Status + ", broken off", ""
	}
	return resp.Status, string(data)
}

// reason is the cause without the URL, which carries a token.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}
