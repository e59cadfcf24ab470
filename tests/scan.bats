#!/usr/bin/env bats
# The scanner, compared with jansson on random and mutated documents.
# "make compare" does the same with a million of them.

load helper

@test "the scanner accepts what jansson accepts, and finds the same" {
	run -0 scan-compare 100000 1

	[[ ${lines[0]} == '100000 documents: '*', no difference' ]]
}

@test "so does the scanner without SSE2" {
	run -0 scan-compare-plain 30000 1000000

	[[ ${lines[0]} == '30000 documents: '*', no difference' ]]
}
