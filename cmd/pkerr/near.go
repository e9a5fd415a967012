package main

import (
	"cmp"
	"slices"
	"strings"
)

// nearest returns those of the words that one may have meant by word, the nearest first, and no more than limit.
func nearest(word string, words []string, limit int) []string {
	type candidate struct {
		word string
		cost int
	}
	var all []candidate
	for _, w := range words {
		if cost := distance(strings.ToLower(word), strings.ToLower(w)); cost <= tolerance(w) {
			all = append(all, candidate{w, cost})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.cost, b.cost) })
	all = all[:min(len(all), limit)]
	near := make([]string, 0, len(all))
	for _, c := range all {
		near = append(near, c.word)
	}
	return near
}

// tolerance is how many mistakes there may be in a word that is still recognized.
func tolerance(word string) int { return max(1, min(len(word)/4, 5)) }

// maxCompared is how much of a word is compared: what is longer than that is no typing error.
const maxCompared = 128

// distance returns how many letters have to be put in, left out, replaced, or swapped with the next to make b of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > maxCompared || len(y) > maxCompared {
		return max(len(x), len(y))
	}
	var before []int
	last, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			replaced := last[j]
			if x[i] != y[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, make([]int, len(y)+1)
	}
	return last[len(y)]
}
