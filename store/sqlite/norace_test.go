//go:build !race

package sqlite

const effort = 1
