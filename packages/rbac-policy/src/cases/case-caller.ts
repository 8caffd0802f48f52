import { isIP } from 'node:net'
import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { readTime } from '@rack-gateway/time'
import { unlimitedBinding } from '../compiled-policy/compiled-bindings.ts'
import { actorName } from '../model/actor-name.ts'
import type { Binding, Grant, Principal } from '../model/types.ts'
import type { WrittenBinding, WrittenCase } from './case-schema.ts'

type Caller = WrittenCase['who']
type Groups = Readonly<Record<string, readonly WrittenBinding[]>>

/** A Monday at noon, so that the result of a case does not depend on the day. */
export const defaultTime = '2030-01-07T12:00:00Z'

export interface CaseMoment {
  readonly at: number
  readonly address: string | null
  readonly problems: readonly Problem[]
}

export function readMoment({ time = defaultTime, address }: Caller): CaseMoment {
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

export function rolesOf(who: Caller, groups: Groups): string[] {
  return [...bindingsOf(who, groups), ...(who.grants ?? [])].map(({ role }) => role)
}

/** Contradictions in the description of a caller. */
export function callerProblems({
  kind = 'user',
  owner,
  serviceAccount,
  trust,
  secondFactor,
  grants,
}: Caller): Problem[] {
  const only = (field: string, text: string) => ({ at: ['who', field], text })
  return [
    ...(owner !== undefined && kind !== 'api-token'
      ? [only('owner', 'only an API token has an owner: add kind: api-token')]
      : []),
    ...(serviceAccount !== undefined && kind !== 'api-token'
      ? [only('serviceAccount', 'a service account owns only API tokens: add kind: api-token')]
      : []),
    ...(trust !== undefined && kind !== 'workload'
      ? [only('trust', 'only a job has a trust: add kind: workload')]
      : []),
    ...(secondFactor !== undefined && kind !== 'user'
      ? [only('secondFactor', 'only a user has a second factor: leave kind out')]
      : []),
    ...(grants !== undefined && kind !== 'user'
      ? [only('grants', 'only a user has grants, in sessions: leave kind out')]
      : []),
  ]
}

export function principalOf(who: Caller, groups: Groups, at: number): Principal {
  const { kind = 'user', name = 'a-principal', trust } = who
  const bindings = bindingsOf(who, groups)
  const owner = kind === 'api-token' ? ownerOf(who, bindings) : null
  return {
    kind,
    id: name,
    name: actorName({ kind, name, owner }),
    credential: '',
    rack: null,
    groups: who.groups ?? [],
    bindings,
    owner,
    ...(trust !== undefined && { trust: { id: trust, name: trust, subject: '' } }),
    ...(kind === 'user' && { secondFactor: who.secondFactor ?? true }),
    ...(who.grants !== undefined && { grants: who.grants.map((grant, index) => grantOf(grant, index, at)) }),
    expiresAt: at + 1,
  }
}

/** The grant of an access request that was approved, and has not ended at the time of the case. */
function grantOf({ role, racks = '*', apps = '*' }: WrittenBinding, index: number, at: number): Grant {
  return {
    id: `grant-${index + 1}`,
    rule: '',
    role,
    racks: [racks],
    apps: [apps],
    startsAt: at,
    expiresAt: at + 1,
    startsWithUse: false,
  }
}

function ownerOf({ owner, serviceAccount }: Caller, own: readonly Binding[]): NonNullable<Principal['owner']> {
  const bindings = owner?.map(unlimitedBinding) ?? own
  return serviceAccount === undefined
    ? { kind: 'user', id: 'owner', name: 'owner@example.com', bindings }
    : { kind: 'service-account', id: serviceAccount, name: serviceAccount, bindings }
}

function bindingsOf({ roles = [], bindings = [], groups: names = [] }: Caller, groups: Groups): Binding[] {
  const ofGroups = names.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : []))
  return [
    ...roles.map(unlimitedBinding),
    ...[...bindings, ...ofGroups].map(({ role, racks = '*', apps = '*' }) => ({
      id: role,
      role,
      racks,
      apps,
      expiresAt: null,
    })),
  ]
}
