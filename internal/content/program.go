package content

// seal ends the building of segments: the last literal becomes one, conditions and loops learn where they go on, and size becomes
// that of the longest way through.
func (s *segments) seal() {
	s.flush()
	var open []way
	size := 0
	for i := range s.list {
		g := &s.list[i]
		switch g.op {
		case opIf, opEach:
			if g.chained && len(open) > 0 {
				open[len(open)-1].unmet = i
				continue
			}
			open = append(open, way{start: i, unmet: i, outer: size, rounds: max(g.link, 1)})
			size = 0
		case opNext:
			w := &open[len(open)-1]
			g.jump = w.start
			size *= w.rounds
		case opElse:
			w := &open[len(open)-1]
			w.elses = append(w.elses, i)
			w.meet(s.list, i)
			w.longest, size = max(w.longest, size), 0
		case opEnd:
			w := open[len(open)-1]
			open = open[:len(open)-1]
			w.meet(s.list, i)
			for _, e := range w.elses {
				s.list[e].jump = i
			}
			size = w.outer + max(w.longest, size)
		default:
			size += len(g.literal)
		}
	}
	s.size = size
}

// way is a condition or a loop on the way through segments.
type way struct {
	start   int
	unmet   int // the question that does not know yet where to go when it is not met; -1 for none
	elses   []int
	outer   int // size of what came before
	longest int // of its branches so far
	rounds  int
}

func (w *way) meet(list []segment, at int) {
	if w.unmet >= 0 {
		list[w.unmet].jump = at
	}
	w.unmet = -1
}

// branching tells whether there is a condition or a loop.
func (s *segments) branching() bool {
	for i := range s.list {
		if s.list[i].op >= opIf {
			return true
		}
	}
	return false
}

// hollow tells whether there is a way through that says nothing at all.
func (s *segments) hollow() bool {
	type open struct{ outer, either, elsed bool }
	var stack []open
	empty := true
	for i := range s.list {
		switch g := &s.list[i]; g.op {
		case opIf, opEach:
			if g.chained {
				stack[len(stack)-1].elsed = false
				continue
			}
			stack = append(stack, open{outer: empty})
			empty = true
		case opElse:
			w := &stack[len(stack)-1]
			w.either, w.elsed, empty = w.either || empty, true, true
		case opEnd:
			w := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			empty = w.outer && (w.either || empty || !w.elsed)
		case opNext:
		case opText:
			empty = empty && trim(g.literal) == ""
		default:
			empty = false
		}
	}
	return empty
}

// leaves tells whether the way out stands there for everybody, and whether it does for some.
func (s *segments) leaves() (always, sometimes bool) {
	depth := 0
	for i := range s.list {
		switch g := &s.list[i]; g.op {
		case opIf, opEach:
			if !g.chained {
				depth++
			}
		case opEnd:
			depth--
		case opField:
			if g.field == fieldUnsubscribe {
				always, sometimes = always || depth == 0, true
			}
		}
	}
	return always, sometimes
}
