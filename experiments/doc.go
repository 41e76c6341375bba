// Package experiments runs what an experiment file describes and leaves results behind.
//
// The only kind so far is the replay: the whole model under a reference policy and some others, in lock step, every tap
// compared with the reference while it is alive.
package experiments
