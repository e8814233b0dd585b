package db

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestNetworkFileSystemsAreRefused(t *testing.T) {
	t.Parallel()
	for _, magic := range []int64{unix.NFS_SUPER_MAGIC, unix.FUSE_SUPER_MAGIC, unix.V9FS_MAGIC, unix.CIFS_SUPER_MAGIC, -11317950 /* CIFS as a signed 32-bit number */} {
		require.ErrorIs(t, checkMagic(magic), ErrNetworkDisk, "%x", magic)
	}
	require.NoError(t, checkMagic(unix.EXT4_SUPER_MAGIC))
	require.NoError(t, localDisk(t.TempDir()))
}

func TestAnUnknownTokenInAMigrationIsAnError(t *testing.T) {
	t.Parallel()
	out, err := render(Postgres, "x.sql", []byte("CREATE TABLE a (id {pk}, b {json}) {strict};"))
	require.NoError(t, err)
	require.Equal(t, "CREATE TABLE a (id BIGINT PRIMARY KEY, b JSONB) ;", string(out))
	_, err = render(SQLite, "x.sql", []byte("CREATE TABLE a (id {pk}, b {jsonb})"))
	require.ErrorContains(t, err, "{jsonb}")
}
