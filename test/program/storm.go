package program

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Storm asks for the same paths again and again over connections that stay open, as fast as answers come. It parses no more
// of an answer than its status and length, so that on a small machine the server has most of the time.
type Storm struct {
	Host     string // host:port
	Paths    []string
	Conns    int
	Answered atomic.Int64 // answers read whole
	Asked    atomic.Int64 // requests written
	Odd      atomic.Int64 // answers that were neither 200 nor 302
}

// Run asks until n answers are there, the server has ended every connection, or ctx ends. In the first case everything asked is answered.
func (s *Storm) Run(ctx context.Context, n int64) error {
	var wg sync.WaitGroup
	failed := make(chan error, s.Conns)
	for i := range s.Conns {
		wg.Go(func() {
			nc, err := net.Dial("tcp", s.Host)
			if err != nil {
				failed <- err
				return
			}
			stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
			defer stop()
			defer nc.Close()
			if err := s.ask(nc, i, n); errors.Is(err, errAnswer) {
				failed <- err
			}
		})
	}
	wg.Wait()
	close(failed)
	return <-failed
}

func (s *Storm) ask(nc net.Conn, first int, n int64) error {
	r := bufio.NewReaderSize(nc, 2<<10)
	var request []byte
	for i := first; s.Answered.Load() < n; i += s.Conns {
		request = append(append(append(request[:0], "GET "...), s.Paths[i%len(s.Paths)]...), stormHead...)
		s.Asked.Add(1)
		if _, err := nc.Write(request); err != nil {
			return err
		}
		status, err := readAnswer(r)
		if err != nil {
			return err
		}
		if status != 200 && status != 302 {
			s.Odd.Add(1)
		}
		s.Answered.Add(1)
	}
	return nil
}

const stormHead = " HTTP/1.1\r\nHost: links.test\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36\r\n" +
	"Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: ru,kk;q=0.8\r\n\r\n"

var errAnswer = errors.New("the answer is not HTTP/1.1 with a length")

// readAnswer reads one answer whole and returns its status.
func readAnswer(r *bufio.Reader) (status int, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("%w: %q", errAnswer, line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, errAnswer
	}
	length := -1
	for {
		if line, err = r.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok && string(name) == "Content-Length" {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, errAnswer
			}
		}
	}
	if length < 0 {
		return 0, errAnswer
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return status, err
}

var tracked = regexp.MustCompile(`://[^/\s]+(/t/[oc]/[A-Za-z0-9_-]+)`)

// TrackedPaths sends a campaign to n people through the sink, which keeps letters, and returns the paths of the picture and of the two
// links of every letter, the client that sent it and the campaign's id.
func (p *Program) TrackedPaths(t testing.TB, s *Sink, n int) (paths []string, c *Client, campaign string) {
	t.Helper()
	c = p.Member(t, "storm@keruen.test")
	sender := c.CreateSender(t, "Storm", "news@sender.test", s.Route())
	csv, addresses := People(n, "alpha.test", "beta.test")
	c.Import(t, "people.csv", csv, "All")
	made := c.CreateCampaign(t, sender.Text("id"), "Storm", Doc{
		"subject": "{{first_name|друг}}, новости", "preheader": "", "text": "",
		"html": `<html><body><a href="https://shop.test/">Магазин</a> <a href="https://shop.test/sale?n={{first_name}}">Скидки</a></body></html>`,
	})
	campaign = made.Text("id")
	c.Launch(t, campaign)
	c.Await(t, "/api/v1/campaigns/"+campaign, "done")
	for _, a := range addresses {
		found := tracked.FindAllStringSubmatch(Readable(s.Last(a)), -1)
		require.Len(t, found, 3, "two links and the picture")
		for _, f := range found {
			paths = append(paths, f[1])
		}
	}
	return paths, c, campaign
}

// Hits is how many openings and clicks a campaign's report has counted. A Storm's openings are a person's by what they show.
func (c *Client) Hits(t testing.TB, campaign string) int64 {
	t.Helper()
	d := c.Get(t, "/api/v1/campaigns/"+campaign)
	n := 0
	for _, count := range []string{"opens", "clicks", "clicks_machine", "clicks_unclear"} {
		n += d.Number("counts." + count)
	}
	return int64(n)
}
