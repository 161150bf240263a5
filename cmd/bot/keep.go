package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"apierrorbot/internal/store"
)

// keepSettings say for how long things are kept.
type keepSettings struct {
	KeepCases string `env:"KEEP_CASES" default:"90d" placeholder:"DAYS" help:"How long a case is kept after its last change, 7d at least. Default: 90d"`
	KeepAudit string `env:"KEEP_AUDIT" default:"365d" placeholder:"DAYS" help:"How long it is kept who did what, 1d at least. Default: 365d"`
}

const (
	day          = 24 * time.Hour
	minKeepAudit = day
	maxKeep      = 36500 * day
)

// defaultKeep is what the settings say when nothing was set.
var defaultKeep = store.Keep{Cases: 90 * day, Audit: 365 * day}

// read checks the settings. It reports all problems at once.
func (k keepSettings) read() (store.Keep, error) {
	cases, wrongCases := readDays("KEEP_CASES", k.KeepCases, defaultKeep.Cases, store.MinKeepCases)
	audit, wrongAudit := readDays("KEEP_AUDIT", k.KeepAudit, defaultKeep.Audit, minKeepAudit)
	return store.Keep{Cases: cases, Audit: audit}, errors.Join(wrongCases, wrongAudit)
}

// readDays reads a number of days, such as 90d.
func readDays(name, text string, standard, least time.Duration) (time.Duration, error) {
	text = cmp.Or(text, inDays(standard))
	number, ok := strings.CutSuffix(text, "d")
	days, err := strconv.ParseUint(number, 10, 16)
	kept := time.Duration(days) * day
	if !ok || err != nil || kept < least || kept > maxKeep {
		return 0, fmt.Errorf("%s is %q: write a number of days from %s to %s, such as %s", name, text, inDays(least), inDays(maxKeep), inDays(standard))
	}
	return kept, nil
}

func inDays(d time.Duration) string { return fmt.Sprintf("%dd", d/day) }
