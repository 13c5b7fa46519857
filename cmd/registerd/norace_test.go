//go:build !race

package main

const effort = 1
