package fault

import "errors"

var expireToken = Kind{
	Name: "expire-token",
	Does: "All access tokens become invalid at once; the next requests get 401 INVALID_SESSION_ID.",
	Hits: "access tokens that became invalid",
	begin: func(n *Nemesis, _ *window) (effect, error) {
		if n.Org == nil {
			return nil, errors.New("there is no org whose tokens could expire")
		}
		return done{n.Org.ExpireTokens(), "access tokens that became invalid"}, nil
	},
}

// done is the effect of a fault that is over as soon as it has begun.
type done struct {
	hits int
	note string
}

func (d done) end() (hits int, note string, err error) { return d.hits, d.note, nil }
