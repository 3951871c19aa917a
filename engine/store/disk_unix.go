//go:build unix

package store

import "golang.org/x/sys/unix"

// free is the space left on the disk of a folder, -1 when unknown.
func free(folder string) int64 {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return -1
	}
	return int64(s.Bavail) * int64(s.Bsize) //nolint:unconvert // the field types differ between systems
}
