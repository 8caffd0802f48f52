import { randomUUID } from 'node:crypto'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import type { System } from '../support/gateway/system.ts'

export const roles = [...builtInPolicy().roles.map(({ name }) => name), 'nothing'] as const
export const kinds = ['session', 'token of a user', 'token of a service account'] as const
export type CallerKind = (typeof kinds)[number]

export interface TestUser {
  readonly id: string
  readonly email: string
  readonly session: string
  readonly token: string
}

let made = 0

/** A person with a session; with a role, if any, on the racks and apps of two patterns. */
export async function createUser(
  system: System,
  role: string | null,
  { racks = '*', apps = '*', rack, expiresAt }: { racks?: string; apps?: string; rack?: string; expiresAt?: Date } = {},
): Promise<TestUser> {
  const email = `${role ?? 'nobody'}-${++made}@example.com`
  const { id } = await system.issuer.user(email)
  if (role !== null) {
    const end = expiresAt === undefined ? {} : { expiresAt }
    await system.issuer.addBinding({ kind: 'user', id }, { role, racks, apps, ...end })
  }
  const bound = rack === undefined ? {} : { rack }
  const issued = await system.issuer.issueSession({
    email,
    device: 'test',
    expiresAt: Date.now() + 3_600_000,
    ...bound,
  })
  return { id, email, session: issued.id, token: issued.token }
}

/** A credential of one kind, which may do what the role may. */
export async function credential(system: System, role: string, kind: CallerKind): Promise<string> {
  const held = role === 'nothing' ? null : role
  if (kind === 'session') return (await createUser(system, held)).token
  const expiresAt = Date.now() + 3_600_000
  // A token without a role: one whose owner has none.
  const own = held ?? 'viewer'
  if (kind === 'token of a user') {
    const { email } = await createUser(system, held)
    return (await system.issuer.issueApiToken({ name: 'x', owner: { kind: 'user', email }, role: own, expiresAt }))
      .token
  }
  const name = `account-${++made}`
  await system.issuer.createServiceAccount({ name, ...(held && { binding: { role: held } }) })
  const owner = { kind: 'service-account', name } as const
  return (await system.issuer.issueApiToken({ name: 'x', owner, role: own, expiresAt })).token
}

export function someId(): string {
  return randomUUID()
}
