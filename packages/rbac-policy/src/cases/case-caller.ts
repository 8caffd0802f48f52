import { isIP } from 'node:net'
import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { readTime } from '@rack-gateway/errors/read-time'
import type { Binding, Principal } from '../types.ts'
import type { WrittenBinding, WrittenCase } from './case-schema.ts'

type Who = WrittenCase['who']
type Groups = Readonly<Record<string, readonly WrittenBinding[]>>

/** A Monday at noon, so that the result of a case does not depend on the day. */
export const defaultTime = '2030-01-07T12:00:00Z'

export interface CaseMoment {
  readonly at: number
  readonly address: string | null
  readonly problems: readonly Problem[]
}

/** The time and the address of a case. */
export function readMoment({ time = defaultTime, address }: Who): CaseMoment {
  const at = readTime(time, 'offset') ?? Number.NaN
  const problems = [
    ...(Number.isNaN(at)
      ? [{ at: ['who', 'time'], text: `"${inMessage(time)}" is not a time such as ${defaultTime}` }]
      : []),
    ...(address !== undefined && isIP(address) === 0
      ? [{ at: ['who', 'address'], text: `"${inMessage(address)}" is not an IP address` }]
      : []),
  ]
  return { at, address: address ?? null, problems }
}

/** Names of all roles of the caller, including those of groups. */
export function rolesOf(who: Who, groups: Groups): string[] {
  return bindingsOf(who, groups).map(({ role }) => role)
}

export function principalOf(who: Who, groups: Groups, at: number): Principal {
  const { kind = 'user', name = 'a-principal', owner } = who
  const bindings = bindingsOf(who, groups)
  return {
    kind,
    id: name,
    name,
    credential: '',
    rack: null,
    groups: who.groups ?? [],
    bindings,
    owner:
      kind === 'api-token'
        ? { kind: 'user', id: 'owner', name: 'owner', bindings: owner?.map(everywhere) ?? bindings }
        : null,
    expiresAt: at + 1,
  }
}

function bindingsOf({ roles = [], bindings = [], groups: names = [] }: Who, groups: Groups): Binding[] {
  const ofGroups = names.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : []))
  return [
    ...roles.map(everywhere),
    ...[...bindings, ...ofGroups].map(({ role, racks = '*', apps = '*' }) => ({
      id: role,
      role,
      racks,
      apps,
      expiresAt: null,
    })),
  ]
}

function everywhere(role: string): Binding {
  return { id: role, role, racks: '*', apps: '*', expiresAt: null }
}
