import { createHash } from 'node:crypto'
import { type CommandRule, defaultRules } from '@rack-gateway/command-matcher'
import { type BlockedOperation, builtInBlocked } from './blocked.ts'
import { builtInRoles } from './roles.ts'
import type { Role } from './types.ts'

/** All that a policy is compiled from: plain data. */
export interface PolicyDocument {
  readonly roles: readonly Role[]
  readonly commands: readonly CommandRule[]
  /** Services on which `run` is possible at all. */
  readonly runServices: readonly string[]
  readonly blocked: readonly BlockedOperation[]
  /** Host patterns that `/proxy` may reach, `*` within a name; the rack's own API is never among them. */
  readonly proxyHosts: readonly string[]
  /** Patterns of environment keys that no release may change, add or drop. Letter case counts. */
  readonly protectedKeys: readonly string[]
}

/** The policy that holds without a document. */
export const builtInPolicy: PolicyDocument = {
  roles: builtInRoles,
  commands: defaultRules,
  runServices: ['command'],
  blocked: builtInBlocked,
  proxyHosts: [],
  protectedKeys: [],
}

/** SHA-256, hex, over the document's JSON with sorted keys: the same for the same content, however it was written. */
export function documentHash(document: PolicyDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex')
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
