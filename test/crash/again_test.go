package crash

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

var soak = flag.Duration("soak", 0, "play every scene anew for so long; 0: once")

// again plays a scene once, or for as long as -soak says. Each time has a world of its own.
func again(t *testing.T, scene func(t *testing.T)) {
	t.Helper()
	started := time.Now()
	for round := 1; ; round++ {
		if !t.Run(fmt.Sprint("round ", round), scene) || time.Since(started) >= *soak {
			return
		}
	}
}
