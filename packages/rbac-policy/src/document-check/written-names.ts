/** Roles, and rules of each section, have such names. */
export function isRuleName(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)
}

/** Names of racks have no other characters. */
export function isRackPattern(pattern: string): boolean {
  return /^[a-z0-9*-]+$/.test(pattern)
}

/** Names of apps have no other characters. */
export function isAppPattern(pattern: string): boolean {
  return /^[A-Za-z0-9._*-]+$/.test(pattern)
}

/** Clauses that follow the name of the rule or of the pattern. */
export const ruleNameProblem =
  'needs a name of lower-case letters, digits, and single dashes, which begins with a letter'
export const rackPatternProblem = 'which is not a pattern of names of racks'
export const appPatternProblem = 'which is not a pattern of names of apps'
