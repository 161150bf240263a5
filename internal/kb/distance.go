package kb

import "math/bits"

// distance counts the typing slips between two keys: letters left out, put in or
// replaced, and neighbours swapped. This is the "optimal string alignment"
// distance: a swap costs 1, where Levenshtein's distance says 2. It gives up
// beyond limit and then returns limit+1. Neither key may be longer than maxKey.
//
// Letters that both keys begin and end with cost nothing and are cut off first;
// what one typo leaves over is a letter or two, which is why comparing a question
// with many names is cheap.
func distance(a, b string, limit int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if max(len(a), len(b))-min(len(a), len(b)) > limit {
		return limit + 1
	}
	// A slip changes the set of letters by two at most: one goes, one comes.
	if bits.OnesCount64(letterSet(a)^letterSet(b)) > 2*limit {
		return limit + 1
	}

	// Row i holds the distances between the first i bytes of a and every
	// beginning of b. Only the last two rows are needed for the next one, and of
	// each only the places that limit slips can reach; beyond stands a wall.
	wall := int16(limit + 1)
	var rows [3][maxKey + 2]int16
	twoAgo, previous, row := &rows[0], &rows[1], &rows[2]
	for j := range min(len(b), limit) + 1 {
		previous[j] = int16(j)
	}
	previous[min(len(b), limit)+1] = wall
	for i := 1; i <= len(a); i++ {
		first, last := max(1, i-limit), min(len(b), i+limit)
		row[first-1], row[last+1] = wall, wall
		if first == 1 {
			row[0] = int16(i)
		}
		best := row[first-1]
		for j := first; j <= last; j++ {
			if a[i-1] == b[j-1] {
				row[j] = previous[j-1]
			} else {
				row[j] = 1 + min(previous[j-1], previous[j], row[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], twoAgo[j-2]+1)
			}
			best = min(best, row[j])
		}
		if best >= wall {
			return limit + 1
		}
		twoAgo, previous, row = previous, row, twoAgo
	}
	return min(int(previous[len(b)]), limit+1)
}

// letterSet has a bit for each letter of the index's alphabet that is in a key.
func letterSet(key string) uint64 {
	var set uint64
	for i := range len(key) {
		set |= 1 << letter(key[i])
	}
	return set
}
