package mailhost

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// imap speaks just enough of RFC 3501 to read a mailbox whole.
type imap struct {
	conn net.Conn
	r    *bufio.Reader
	tag  int
}

func dialIMAP(t testing.TB, addr string) *imap {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	c := &imap{conn: conn, r: bufio.NewReader(conn)}
	_, err = c.r.ReadString('\n')
	require.NoError(t, err)
	return c
}

func (c *imap) close() { _ = c.conn.Close() }

// command sends one command and returns the literals of its untagged answers (RFC 3501 §4.3).
func (c *imap) command(t testing.TB, format string, args ...any) [][]byte {
	t.Helper()
	c.tag++
	tag := fmt.Sprintf("a%d ", c.tag)
	_, err := fmt.Fprintf(c.conn, tag+format+"\r\n", args...)
	require.NoError(t, err)
	var literals [][]byte
	for {
		line, err := c.r.ReadString('\n')
		require.NoError(t, err)
		if rest, done := strings.CutPrefix(line, tag); done {
			require.True(t, strings.HasPrefix(rest, "OK"), "IMAP answered %s", line)
			return literals
		}
		if size, ok := literalSize(line); ok {
			b := make([]byte, size)
			_, err := io.ReadFull(c.r, b)
			require.NoError(t, err)
			literals = append(literals, b)
		}
	}
}

func (c *imap) fetchAll(t testing.TB) [][]byte {
	t.Helper()
	c.command(t, "SELECT INBOX")
	if !c.any(t) {
		return nil
	}
	return c.command(t, "FETCH 1:* (BODY.PEEK[])")
}

// any tells whether the selected mailbox holds a letter: FETCH of 1:* on an empty one is an error.
func (c *imap) any(t testing.TB) bool {
	t.Helper()
	c.tag++
	tag := fmt.Sprintf("a%d ", c.tag)
	_, err := fmt.Fprintf(c.conn, "%sSEARCH ALL\r\n", tag)
	require.NoError(t, err)
	found := false
	for {
		line, err := c.r.ReadString('\n')
		require.NoError(t, err)
		if strings.HasPrefix(line, tag) {
			return found
		}
		if rest, ok := strings.CutPrefix(line, "* SEARCH"); ok && strings.TrimSpace(rest) != "" {
			found = true
		}
	}
}

func literalSize(line string) (int, bool) {
	line = strings.TrimRight(line, "\r\n")
	open := strings.LastIndexByte(line, '{')
	if open < 0 || !strings.HasSuffix(line, "}") {
		return 0, false
	}
	n, err := strconv.Atoi(line[open+1 : len(line)-1])
	return n, err == nil
}
