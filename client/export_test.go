package client

// Buckets returns how many buckets l remembers.
func Buckets(l *LocalLimiter) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}

// Try is the method that Transport calls before Wait.
func Try(l *LocalLimiter, bucket Bucket) bool { return l.try(bucket) }
