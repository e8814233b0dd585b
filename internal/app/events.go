package app

import (
	"keruen/internal/event"
	"keruen/internal/notice"
)

// connect is the map of events: who hears of what. Features that listen to those below them subscribe when they are made:
//
//	access.letter_due        → notice     our own letters to members are written and handed to the pipeline
//	delivery.part_finished   → campaign   a campaign whose last message has an outcome is done
//	delivery.part_held       → campaign   a campaign whose results speak against going on waits for a person
//
// TestTheMapOfEventsIsWhole compares this list with what is subscribed in the running program.
func connect(bus *event.Bus, letters *notice.Service) {
	letters.Listen(bus)
}
