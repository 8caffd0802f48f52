import { type Finding, warning } from './finding.ts'

/** What nobody can see from outside, and everybody should have looked at once. */
export const rackPassword: Finding = warning(
  "not checked: a rack can put its own password into every app's environment",
  "ask the rack's operator whether system-env-disable is in api_feature_gates",
)
