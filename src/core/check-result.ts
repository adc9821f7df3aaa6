/**
 * What came of a check of isolation. `inconclusive`: the positive control did not answer. `unsupported`: the host lacks what the claim
 * needs. Both count as failures. `n/a`: nothing of the kind was declared.
 */
export type CheckResult = 'pass' | 'fail' | 'inconclusive' | 'unsupported' | 'n/a';
