package content

// FixedTarget is Target for a link that leads everybody to the same place; ok is false for any other.
func (t *Compiled) FixedTarget(index int) (target string, ok bool) {
	if index < 0 || index >= len(t.links) {
		return "", false
	}
	list := t.links[index].list
	if len(list) != 1 || list[0].op != opText {
		return "", false
	}
	return list[0].literal, true
}
