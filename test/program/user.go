package program

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Member makes a login with an account of its own by the command line, and signs it in. Its password is Password.
func (p *Program) Member(t testing.TB, email string) *Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, Binary(t), "user", "add", email)
	cmd.Env = append(os.Environ(), p.environment()...)
	cmd.Stdin = strings.NewReader(Password)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	c := p.NewClient(t)
	c.Post(t, "/api/v1/auth/sign-in", Doc{"email": email, "password": Password})
	return c
}
