//go:build linux

package load

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"epsql/engine/store"
	"epsql/sql/diag"
)

// The tests here run this test binary again as the process that is killed or
// starved; EPSQL_LOAD_CHILD tells it what to load into what.
func TestMain(m *testing.M) {
	if os.Getenv("EPSQL_LOAD_CHILD") != "" {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// child loads a file, having announced that it is in the middle of it.
func child(args []string) int {
	if os.Getenv("EPSQL_LOAD_CHILD") == "starved" {
		starve(args[0])
	}
	ws, err := store.Open(context.Background(), args[0], library(), store.Options{})
	if err != nil {
		fmt.Println(err)
		return diag.ExitCode(err)
	}
	_, err = Files(context.Background(), ws, args[1:], Options{
		Block: 64 << 10,
		Progress: func(p Progress) {
			if p.Rows > 4_000 && os.Getenv("EPSQL_LOAD_CHILD") == "killed" {
				fmt.Println("loading")
				time.Sleep(time.Minute)
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		if e, ok := err.(*diag.Error); ok {
			fmt.Println(e.Hint)
		}
	}
	return diag.ExitCode(err)
}

// starve limits the size of files, which is as if the disk were full.
func starve(workspace string) {
	signal.Ignore(syscall.SIGXFSZ)
	info, err := os.Stat(workspace)
	if err != nil {
		fmt.Println(err)
		os.Exit(99)
	}
	room := uint64(info.Size()) + 200<<10
	limit := syscall.Rlimit{Cur: room, Max: room}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println(err)
		os.Exit(99)
	}
}

func command(t *testing.T, mode string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "EPSQL_LOAD_CHILD="+mode)
	return cmd
}

const asItWas = "SELECT (SELECT count(*) FROM loans), (SELECT count(*) FROM epsql.deliveries), (SELECT count(*) FROM epsql.ids_reader), (SELECT count(*) FROM epsql.rejects)"

// loaded is a workspace file that holds one delivery of 10 rows.
func loaded(t *testing.T) string {
	t.Helper()
	path := newWorkspace(t)
	ws, err := store.Open(t.Context(), path, library(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Files(t.Context(), ws, []string{file(t, "a.txt", loans("N0811", 10, 1))}, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := ws.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAKillLeavesTheWorkspaceAsItWas(t *testing.T) {
	path := loaded(t)
	cmd := command(t, "killed", path, file(t, "b.txt", loans("N0812", 20_000, 1)))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	n, _ := out.Read(buffer)
	if !strings.HasPrefix(string(buffer[:n]), "loading") {
		t.Errorf("the child says %q", buffer[:n])
	}
	_, err = store.Open(t.Context(), path, library(), store.Options{})
	if e, ok := err.(*diag.Error); !ok || e.Code != "in-use" || e.Hint == "" {
		t.Errorf("a second process must be told that the workspace is in use, got %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if got := query(t, reopen(t, path), asItWas); got != "10|1|10|0" {
		t.Errorf("something changed: %s", got)
	}
}

func TestAFullDiskLeavesTheWorkspaceAsItWas(t *testing.T) {
	path := loaded(t)
	text := loans("N0812", 40_000, 1)
	out, err := command(t, "starved", path, file(t, "b.txt", text)).CombinedOutput()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() == 99 {
		t.Skipf("the size of files cannot be limited here: %v", err)
	} else if exit.ExitCode() != int(diag.Data) || !strings.Contains(string(out), "disk") {
		t.Errorf("exit code %d: %s", exit.ExitCode(), out)
	}
	ws := reopen(t, path)
	if got := query(t, ws, asItWas); got != "10|1|10|0" {
		t.Errorf("something changed: %s", got)
	}
	if _, err := Files(t.Context(), ws, []string{file(t, "b.txt", text)}, Options{}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A real full disk, where the test may make one.
func TestAFullFileSystemIsTold(t *testing.T) {
	folder := t.TempDir()
	content, err := os.ReadFile(loaded(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", len(content)+512<<10), "tmpfs", folder).Run(); err != nil {
		t.Skip("a small file system cannot be mounted here")
	}
	defer func() { _ = exec.Command("umount", "-l", folder).Run() }()
	path := filepath.Join(folder, "w.duckdb")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "full", path, file(t, "b.txt", loans("N0812", 40_000, 1))).CombinedOutput()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != int(diag.Data) || !strings.Contains(string(out), "disk is full") {
		t.Errorf("got %v: %s", err, out)
	}
	if got := query(t, reopen(t, path), asItWas); got != "10|1|10|0" {
		t.Errorf("something changed: %s", got)
	}
}
