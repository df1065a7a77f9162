package reference

import (
	"context"
	"time"
)

// Those whom one event wakes do not go on in the same instant, but a little
// apart, in their places. In real time that costs nothing and means nothing. In
// virtual time nothing else would part them, and who comes first would be
// chance; now a run can be repeated. The distances are such that no two of
// different groups meet.
const (
	gateTurn   = time.Microsecond
	backTurn   = gateTurn / 2 // beside that, for those whom the gate sends back
	workerTurn = 31 * time.Nanosecond
	jobTurn    = 7 * time.Nanosecond
	loginTurn  = 67 * time.Nanosecond
)

// inTurn waits for one's place: 0, 1, 2, ...
func inTurn(ctx context.Context, place int, distance time.Duration) {
	sleep(ctx, time.Duration(place+1)*distance)
}
