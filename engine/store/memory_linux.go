package store

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// defaultMemory is two thirds of the memory that this process may use: the
// machine's, or less when its control group says so.
func defaultMemory() string {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return ""
	}
	total := uint64(info.Totalram) * uint64(info.Unit) //nolint:unconvert // the field types differ between machines
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
			total = min(total, limit)
		}
	}
	return fmt.Sprintf("%dMB", total/3*2/1_000_000)
}
