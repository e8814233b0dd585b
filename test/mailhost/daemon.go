package mailhost

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder makes a folder that the users of servers may read, which t.TempDir() is not, and removes it after the test.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mh")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server's files stay in %s", dir)
			return
		}
		_ = os.RemoveAll(dir)
	})
	return dir
}

// daemon runs a server in the foreground until the test ends, and returns when it takes connections at the address. What
// it says goes to a file in dir. It has a process group of its own, so that its children end with it.
func daemon(t *testing.T, dir, addr, program string, args ...string) {
	t.Helper()
	require.FileExists(t, program, "run `make deps` first")
	said := filepath.Join(dir, "said")
	out, err := os.Create(said)
	require.NoError(t, err)
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = out.Close()
	})
	await(t, addr, func() string {
		b, _ := os.ReadFile(said)
		return string(b)
	})
}

// Greylist runs Debian's postgrey, which sends a stranger's first attempt away for so many seconds, and returns the line of main.cf that
// has Postfix ask it. Strangers are told apart by their whole address, and nobody becomes known by good behaviour.
func Greylist(t *testing.T, seconds string) string {
	t.Helper()
	dir := folder(t)
	run(t, "chown", "postgrey:postgrey", dir)
	addr := local(freePorts(t, 1)[0])
	daemon(t, dir, addr, "/usr/sbin/postgrey", "--inet="+addr, "--delay="+seconds, "--dbdir="+dir, "--lookup-by-host", "--auto-whitelist-clients=0",
		"--greylist-text=Greylisted, try again in %s seconds", "--hostname=mx.keruen.test")
	return "smtpd_recipient_restrictions = check_policy_service inet:" + addr + "\n"
}
