import { type Finding, warning } from './finding.ts'

/** What nobody can see from outside, and everybody should have looked at once. */
export const rackPassword: Finding = warning(
  "whether the rack's own password can leak can't be seen from outside: unless the rack's api_feature_gates has system-env-disable, it is in the environment of every app's processes",
  'whoever runs the rack: see "At the rack, once" in docs/how-to/run-it.md',
)
