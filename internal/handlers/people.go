package handlers

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// people knows who is a full member of the workspace: neither a guest nor
// somebody from another organisation who came in through Slack Connect. It asks
// users.info and remembers the answer for a while.
type people struct {
	api    *slack.Client
	self   Self
	counts *counts

	mu    sync.Mutex
	known map[string]standing
}

type standing struct {
	member bool
	until  time.Time
}

const (
	rememberPeople = 10 * time.Minute
	maxRemembered  = 10_000 // then all are forgotten and asked for again
)

func newPeople(api *slack.Client, self Self, counts *counts) *people {
	return &people{api: api, self: self, counts: counts, known: make(map[string]standing)}
}

// isMember reports whether a user is a full member. An error means that Slack
// did not say.
func (p *people) isMember(ctx context.Context, user string) (bool, error) {
	p.mu.Lock()
	s, ok := p.known[user]
	p.mu.Unlock()
	if ok && time.Now().Before(s.until) {
		return s.member, nil
	}
	var u *slack.User
	err := p.counts.call(methodUser, func() (err error) {
		u, err = p.api.GetUserInfoContext(ctx, user)
		return err
	})
	member := err == nil && p.fullMember(u)
	if err != nil {
		switch kindOf(err) {
		case "user_not_found", "user_not_visible": // somebody of another workspace
		case "unknown_method", "404 Not Found": // a stand-in for Slack that has no guests
			member = true
		default:
			return false, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxRemembered {
		clear(p.known)
	}
	p.known[user] = standing{member: member, until: time.Now().Add(rememberPeople)}
	return member, nil
}

// fullMember reads Slack's user object
// (https://docs.slack.dev/reference/objects/user-object). Somebody who came in
// through Slack Connect has another team; in an Enterprise organisation
// colleagues do too, but share the organisation.
func (p *people) fullMember(u *slack.User) bool {
	if u.IsRestricted || u.IsUltraRestricted || u.IsStranger || u.IsBot || u.Deleted {
		return false
	}
	sameTeam := u.TeamID == "" || u.TeamID == p.self.TeamID
	sameOrganisation := p.self.EnterpriseID != "" && u.Enterprise.EnterpriseID == p.self.EnterpriseID
	return sameTeam || sameOrganisation
}
