export interface DemoPerson {
  /** The claim `sub`. */
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  readonly groups: readonly string[]
  /** The text beside the person in the form. */
  readonly about: string
}

function person(id: string, about: string, changes: Partial<DemoPerson> = {}): DemoPerson {
  return { id, email: `${id}@example.com`, emailVerified: true, groups: [], about, ...changes }
}

const byRole = (role: string, group: string) => person(role, `is in the group ${group}`, { groups: [group] })

/** One person for each role, one without a role, and two whose logins the gateway denies. */
export const demoPeople: readonly DemoPerson[] = [
  byRole('viewer', 'viewers'),
  byRole('ops', 'operators'),
  byRole('deployer', 'deployers'),
  byRole('auditor', 'auditors'),
  byRole('ci', 'releasers'),
  person('admin', 'is named in ADMIN_USERS'),
  person('nobody', 'has no role'),
  person('outsider', 'is of another domain', { email: 'outsider@elsewhere.example' }),
  person('unverified', 'has an email address that was not verified', { emailVerified: false }),
]

/** The role that each group of the demo is bound to. */
export const demoGroups: Readonly<Record<string, string>> = {
  viewers: 'viewer',
  operators: 'ops',
  deployers: 'deployer',
  auditors: 'auditor',
  releasers: 'ci',
}
