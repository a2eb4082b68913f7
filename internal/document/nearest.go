package document

// Nearest is the known text that shares most with one at its beginning and its end, empty if that is less than half of
// it.
func Nearest(text string, known []string) (best string) {
	most := len(text) / 2
	for _, k := range known {
		front, back := 0, 0
		for front < min(len(k), len(text)) && k[front] == text[front] {
			front++
		}
		for back < min(len(k), len(text))-front && k[len(k)-1-back] == text[len(text)-1-back] {
			back++
		}
		if front+back > most {
			most, best = front+back, k
		}
	}
	return best
}
