export interface Team {
  readonly name: string
  owns(app: string): boolean
  /** The identity provider's groups whose members are the people of the team. */
  readonly groups: readonly string[]
  /** The API tokens of these accounts act for the team. Token names do not count, because creators choose them. */
  readonly serviceAccounts: readonly string[]
}

export interface Teams {
  readonly teams: readonly Team[]
  /** Roles of people who may change every app. */
  readonly override: readonly string[]
  /** Whether CI jobs may change apps. The trust of a job says which apps. */
  readonly jobs: 'allow' | 'refuse'
}

/** @throws with all problems of the file */
export function readTeams(text: string): Teams {
  const problems: string[] = []
  const { teams, override, jobs = 'refuse' } = membersOf(JSON.parse(text))
  const read = Object.entries(membersOf(teams)).map(([name, team]) => readTeam(name, team, problems))
  if (read.length === 0) problems.push('teams should name at least one team')
  if (jobs !== 'allow' && jobs !== 'refuse') problems.push('jobs should be "allow" or "refuse"')
  const overriding = namesOf(override, 'override', problems)
  if (problems.length > 0) throw new Error(`the teams are not valid: ${problems.join('; ')}`)
  return { teams: read, override: overriding, jobs: jobs === 'allow' ? 'allow' : 'refuse' }
}

function readTeam(name: string, value: unknown, problems: string[]): Team {
  const { apps, groups, serviceAccounts } = membersOf(value)
  const patterns = namesOf(apps, `teams.${name}.apps`, problems).map(patternOf)
  if (patterns.length === 0) problems.push(`teams.${name}.apps should name at least one app`)
  return {
    name,
    owns: (app) => patterns.some((pattern) => pattern.test(app)),
    groups: namesOf(groups, `teams.${name}.groups`, problems),
    serviceAccounts: namesOf(serviceAccounts, `teams.${name}.serviceAccounts`, problems),
  }
}

/** `*` stands for any characters. */
function patternOf(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}

function namesOf(value: unknown, where: string, problems: string[]): readonly string[] {
  if (value === undefined) return []
  const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
  if (!Array.isArray(value) || names.length !== value.length) problems.push(`${where} should be a list of names`)
  return names
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
