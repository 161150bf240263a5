package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Backup writes a copy of the SQLite file that url names, as it is at this moment,
// to a file that must not exist yet, readable by its owner only. A bot may be
// running on it: it goes on meanwhile. What stands at the file's name afterwards is
// whole, checked and on the disk.
func Backup(ctx context.Context, url, file string) (err error) {
	if isPostgres(url) {
		return errors.New("that is PostgreSQL, which has a tool of its own for this: use pg_dump")
	}
	s, err := OpenBeside(ctx, url)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: name a new file", file)
	}
	partial := file + ".partial"
	os.Remove(partial) // of a backup that was killed
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %s", err, needsFolder)
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(partial)
		}
	}()
	// One transaction of reading: SQLite's own way to copy a database in use
	// (https://sqlite.org/lang_vacuum.html#vacuuminto). It does not sync.
	if _, err := s.db.ExecContext(ctx, `vacuum into $1`, partial); err != nil {
		return err
	}
	if err := checkBackup(ctx, partial); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(partial, file)
}

func checkBackup(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+escapeURI(path)+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	return quickCheck(ctx, db)
}
