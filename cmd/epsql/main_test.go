package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"epsql/catalog"
	"epsql/engine/store"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"epsql": main})
}

// TestScripts runs the program as users do. Beside testscript's own commands
// the scripts have
//
//	exits CODE PROGRAM ARGS...  run, and want that exit code
//	interrupted FILE PROGRAM ARGS...  run, press Ctrl-C once FILE exists, and want exit code 130
//	killed TIMES PROGRAM ARGS...  run, kill it at a random moment, again and again
//	occupy FILE                 keep a workspace open, as another process would
//	tamper FILE SQL             change a workspace behind the program's back
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":       exits,
			"interrupted": interrupted,
			"killed":      killed,
			"occupy":      occupy,
			"tamper":      tamper,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ROOT", absolute("../.."))
			return nil
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupted FILE PROGRAM ARGS...")
	}
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), ts.Stdout(), ts.Stderr()
	ts.Check(cmd.Start())
	for range 1000 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait() // the exit code tells
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		ts.Fatalf("exit code %d, want 130", code)
	}
}

// killed wants at least half of the kills to hit the program at work.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed TIMES PROGRAM ARGS...")
	}
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	for n := range times {
		cmd := exec.Command(args[1], args[2:]...)
		cmd.Dir = ts.MkAbs(".")
		ts.Check(cmd.Start())
		time.Sleep(100*time.Millisecond + rand.N(900*time.Millisecond))
		_ = cmd.Process.Kill() // it may have ended
		if cmd.Wait() == nil && n < times/2 {
			ts.Fatalf("the program ended by itself after %d kills", n)
		}
	}
}

func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy FILE")
	}
	cat, err := catalog.Embedded()
	ts.Check(err)
	ws, err := store.Open(context.Background(), ts.MkAbs(args[0]), cat, store.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = ws.Close() })
}

func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE SQL")
	}
	db, err := sql.Open("duckdb", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

func absolute(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return wd + "/" + path
}
