package socket

import "sync/atomic"

// Counts is what a Client has counted since it was made.
type Counts struct {
	Opened       int64 // connections opened
	OpenFailures int64 // attempts that gave no connection
	Lost         int64 // connections that said hello and ended without notice
	HalfOpen     int64 // connections dropped because no frame came
	Oversize     int64 // connections dropped because a frame was over the limit
	Recorded     int64 // envelopes given to the Recorder
	Unknown      int64 // frames of unknown type
	Malformed    int64 // frames that were not readable or lacked something
	Acked        int64 // acks written
	AcksDropped  int64 // acks not written, because their connection was gone or its buffer full
}

type counters struct {
	live                         atomic.Int64
	opened, openFailures         atomic.Int64
	lost, halfOpen, oversize     atomic.Int64
	recorded, unknown, malformed atomic.Int64
	acked, acksDropped           atomic.Int64
}

// Counts returns the counts of this moment. It may be called at any time from any goroutine.
func (c *Client) Counts() Counts {
	return Counts{
		Opened:       c.counts.opened.Load(),
		OpenFailures: c.counts.openFailures.Load(),
		Lost:         c.counts.lost.Load(),
		HalfOpen:     c.counts.halfOpen.Load(),
		Oversize:     c.counts.oversize.Load(),
		Recorded:     c.counts.recorded.Load(),
		Unknown:      c.counts.unknown.Load(),
		Malformed:    c.counts.malformed.Load(),
		Acked:        c.counts.acked.Load(),
		AcksDropped:  c.counts.acksDropped.Load(),
	}
}

// Live returns how many connections are open now: usually 2, fewer while one is lost, more while one replaces another.
// It may be called at any time from any goroutine.
func (c *Client) Live() int { return int(c.counts.live.Load()) }
