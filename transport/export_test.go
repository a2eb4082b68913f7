package transport

// SetRandom sets what spreads the waits between repetitions.
func (c *Config) SetRandom(f func() float64) { c.random = f }
