// Package program runs the whole program as a person would: the real binary in a process of its
// own, spoken to over HTTP only. Tests of whole journeys, crashes and benchmarks share it.
package program

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Settings are configuration values by key, as in keruen.toml.
type Settings map[string]string

// Program is one running or stopped instance. Its data and its port stay the same over restarts.
type Program struct {
	URL      string // http://127.0.0.1:port
	Data     string
	settings Settings
	extra    []string // environment
	cmd      *exec.Cmd
	exited   chan struct{}
	log      *os.File
}

var build = struct {
	sync.Once
	path string
	err  error
}{}

// Binary builds cmd/keruen once in a test binary's life and returns its path.
func Binary(t testing.TB) string {
	t.Helper()
	build.Do(func() {
		dir, err := os.MkdirTemp("", "keruen-bin")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "keruen")
		cmd := exec.Command("go", "build", "-o", build.path, "./cmd/keruen")
		cmd.Dir = Root()
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	require.NoError(t, build.err)
	return build.path
}

// Root is the folder of go.mod.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// New prepares an instance with a data folder of its own; Start runs it. The listen address, the data
// folder and the log format are set; env holds further environment variables such as SSL_CERT_FILE=….
func New(t testing.TB, s Settings, env ...string) *Program {
	t.Helper()
	p := &Program{Data: t.TempDir(), settings: Settings{"mail.blocklists": "none"}, extra: env} // tests ask nobody outside of this machine
	addr := freeAddr(t)
	p.URL = "http://" + addr
	for k, v := range (Settings{"listen": addr, "data": p.Data, "log.format": "json"}) {
		p.settings[k] = v
	}
	for k, v := range s {
		p.settings[k] = v
	}
	var err error
	p.log, err = os.Create(filepath.Join(t.TempDir(), "keruen.log"))
	require.NoError(t, err)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("the program said at last:\n%s", p.Tail(40))
		}
		_ = p.log.Close()
	})
	return p
}

// Start runs the program and returns when it answers.
func (p *Program) Start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(Binary(t), "serve")
	p.cmd.Env = append(os.Environ(), p.environment()...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, p.cmd.Start())
	p.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) {
		_ = cmd.Wait()
		close(exited)
	}(p.cmd, p.exited)
	p.await(t)
}

func (p *Program) await(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		if resp, err := http.Get(p.URL + "/api/v1/health"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-p.exited:
			t.Fatalf("the program ended before it answered:\n%s", p.Tail(40))
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("the program does not answer:\n%s", p.Tail(40))
		}
	}
}

// Peak is the most memory that the process has held so far, in bytes (VmHWM, proc_pid_status(5)).
func (p *Program) Peak(t testing.TB) int64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(raw), "VmHWM:")
	require.True(t, found)
	var kib int64
	_, err = fmt.Sscan(rest, &kib)
	require.NoError(t, err)
	return kib << 10
}

// Kill ends the program as a power cut would: kill -9. Killing a stopped one does nothing.
func (p *Program) Kill() { p.end(syscall.SIGKILL) }

// Freeze stops the program where it is, as a machine that hangs: it keeps its connections and says nothing. Thaw lets it go on, unaware.
func (p *Program) Freeze(t testing.TB) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP))
}

// Thaw ends Freeze.
func (p *Program) Thaw(t testing.TB) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
}

// Stop asks the program to end and waits.
func (p *Program) Stop() { p.end(syscall.SIGTERM) }

func (p *Program) end(sig syscall.Signal) {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(sig)
	<-p.exited
	p.cmd = nil
}

// Run runs another command of the program against the same data, such as "doctor", and returns what it printed.
func (p *Program) Run(t testing.TB, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, Binary(t), args...)
	cmd.Env = append(os.Environ(), p.environment()...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Tail returns the last lines of the log.
func (p *Program) Tail(n int) string {
	f, err := os.Open(p.log.Name())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if lines = append(lines, s.Text()); len(lines) > n {
			lines = lines[1:]
		}
	}
	return strings.Join(lines, "\n")
}

var notInName = regexp.MustCompile(`[^A-Z0-9]+`)

func (p *Program) environment() []string {
	env := append([]string(nil), p.extra...)
	for k, v := range p.settings {
		env = append(env, "KERUEN_"+notInName.ReplaceAllString(strings.ToUpper(k), "_")+"="+v)
	}
	return env
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
