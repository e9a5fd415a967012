package client

// Buckets returns how many buckets l remembers.
func Buckets(l *LocalLimiter) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}

// Try is what Transport asks before it calls Wait.
func Try(l *LocalLimiter, bucket Bucket) bool { return l.try(bucket) }
