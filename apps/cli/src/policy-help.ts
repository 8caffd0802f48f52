/** What the help of `policy` and its commands begins with. */
export const policyExamples = {
  policy: `Checks, tests and compares policy documents. Only "impact" and @in-force ask the gateway. Examples:
  rack-gateway policy check policy.yaml
  rack-gateway policy test . --strict
  rack-gateway policy diff @in-force policy.yaml
  rack-gateway policy impact policy.yaml --since 30d`,
  check: `Ends with 0, or with 3 when the document isn't valid. Examples:
  rack-gateway policy check policy.yaml
  rack-gateway policy check --json - < policy.yaml`,
  test: `Ends with 0, or with 3 when a case fails. In a directory, cases are in files that end in .cases.yaml. One case:
  version: 1
  cases:
    deployers release:
      who: { roles: [deployer] }
      convox: releases promote R1 -a web
      expect: { effect: allow, rule: role:deployer }

Policy packages are not asked. Examples:
  rack-gateway policy test policies
  rack-gateway policy test release.cases.yaml --policy policy.yaml --strict`,
  diff: `Policy packages are not part of it. Examples:
  rack-gateway policy diff @in-force policy.yaml
  rack-gateway policy diff @built-in policy.yaml --json
  git show main:policy.yaml | rack-gateway policy diff - policy.yaml`,
  impact: `Decides the calls of the audit log by another document. Needs gateway:audit:read, and is recorded.
Policy packages are not asked. Examples:
  rack-gateway policy impact policy.yaml
  rack-gateway policy impact policy.yaml --since 12h --json`,
} as const
