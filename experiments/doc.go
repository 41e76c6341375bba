// Package experiments runs what an experiment file describes and leaves results behind.
//
// A replay carries out the whole model under a reference policy and some others, in lock step, every tap compared with the
// reference while it is alive. An ablation restores the sites of one policy group by group, to tell which of them explain
// its error; a search looks for the smallest set of sites that brings the error under a bound.
package experiments
