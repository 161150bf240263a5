// Package importtest holds the directions in which the project's packages may
// import each other, as a list. Adding a package means saying here what it may
// use; a new arrow is a decision, not an accident.
package importtest
