package client

// Buckets tells how many buckets l remembers.
func Buckets(l *LocalLimiter) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}
