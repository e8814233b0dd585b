package db

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// remote are the file systems on which the shared memory of SQLite's WAL or its locks do not work (statfs(2)).
var remote = map[int64]string{
	unix.NFS_SUPER_MAGIC:  "NFS",
	unix.SMB_SUPER_MAGIC:  "SMB",
	unix.CIFS_SUPER_MAGIC: "CIFS",
	unix.SMB2_SUPER_MAGIC: "SMB",
	unix.V9FS_MAGIC:       "9p",
	unix.FUSE_SUPER_MAGIC: "FUSE",
	unix.AFS_SUPER_MAGIC:  "AFS",
	unix.CEPH_SUPER_MAGIC: "Ceph",
	unix.CODA_SUPER_MAGIC: "Coda",
}

func localDisk(dir string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return fmt.Errorf("look at the file system: %w", err)
	}
	return checkMagic(int64(s.Type))
}

func checkMagic(magic int64) error {
	if name, ok := remote[magic&0xffffffff]; ok {
		return ErrNetworkDisk.With("filesystem", name)
	}
	return nil
}

// lockFile holds an advisory lock until the file is closed or the process ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, ErrInUse.Because(err)
	}
	return f, nil
}
