package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// errLocked says that another process holds a lock.
var errLocked = errors.New("locked")

// lock takes the lock on a database file, or says who has it. Two bots on one file
// would both be right to take up what the last process left. The lock is on a file
// beside the database: on the database itself it could meet SQLite's own locks.
// The system lets go of it when the process ends, in whatever way; the file stays,
// since removing it would let two processes lock two files of the same name.
func lock(path string) (*os.File, error) {
	real, err := filepath.EvalSymlinks(path) // two names of one file are one file
	if err != nil {
		return nil, err
	}
	name := real + "-lock"
	f, err := lockFile(name)
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("%s is in use by another bot%s: stop that one, or name another file; several bots that share the work need PostgreSQL",
			path, holder(name))
	}
	if err != nil {
		return nil, err
	}
	// For whoever finds it locked. Not being able to write it is no reason not to start.
	if f.Truncate(0) == nil {
		fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f, nil
}

// holder names the process that holds a lock, if it left its number.
func holder(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	written, err := io.ReadAll(io.LimitReader(f, 20))
	pid := strings.TrimSpace(string(written))
	if err != nil || pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}
