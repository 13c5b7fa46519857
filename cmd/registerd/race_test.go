//go:build race

package main

// effort divides how many connections attack at once: with the race detector each costs
// ten times as much, and a quarter does all that eighty do, and more than one address may.
const effort = 4
