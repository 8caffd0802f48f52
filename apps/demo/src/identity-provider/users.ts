export interface DemoUser {
  /** The claim `sub`. */
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  readonly groups: readonly string[]
  /** The text beside the person in the form. */
  readonly about: string
}

function user(id: string, about: string, changes: Partial<DemoUser> = {}): DemoUser {
  return { id, email: `${id}@example.com`, emailVerified: true, groups: [], about, ...changes }
}

const byRole = (role: string, group: string) => user(role, `is in the group ${group}`, { groups: [group] })

/** One person for each role, one without a role, and two whose logins the gateway denies. */
export const demoUsers: readonly DemoUser[] = [
  byRole('viewer', 'viewers'),
  byRole('ops', 'operators'),
  byRole('deployer', 'deployers'),
  byRole('auditor', 'auditors'),
  byRole('ci', 'releasers'),
  user('admin', 'is named in ADMIN_USERS'),
  user('nobody', 'has no role'),
  user('outsider', 'is of another domain', { email: 'outsider@elsewhere.example' }),
  user('unverified', 'has an email address that was not verified', { emailVerified: false }),
]

/** The role that each group of the demo is bound to. */
export const demoGroups: Readonly<Record<string, string>> = {
  viewers: 'viewer',
  operators: 'ops',
  deployers: 'deployer',
  auditors: 'auditor',
  releasers: 'ci',
}
