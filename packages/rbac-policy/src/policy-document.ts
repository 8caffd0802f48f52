import { createHash } from 'node:crypto'
import type { CommandRule } from '@rack-gateway/command-matcher'
import type { Condition } from './condition.ts'
import type { ValueRule } from './recorded-values.ts'
import type { RecordingRule } from './recordings.ts'
import type { Permission } from './types.ts'

/** A named set of permissions. `*` as a whole segment stands for any. */
export interface Role {
  readonly name: string
  readonly description: string
  /** All of them, those of the roles that it extends included. */
  readonly permissions: readonly Permission[]
  /** Roles that it extends, and that those extend: what command rules permit to them, they permit to it. */
  readonly extends?: readonly string[]
  /** All of these must hold, or the role gives nothing. */
  readonly when?: readonly Condition[]
  /** Where it is written, such as `policy.yaml:12`. */
  readonly source?: string
}

/** A command rule of a policy. */
export interface PolicyRule extends CommandRule {
  /** All of these must hold, or the rule permits nothing. */
  readonly when?: readonly Condition[]
}

/** An operation that is refused to everyone, whatever their roles. */
export interface BlockedOperation {
  /** The id of the route. */
  readonly route: string
  /** Whole sentences for the caller: why, and what to do instead. */
  readonly reason: string
  readonly next: string
  readonly source?: string
}

/** How long API tokens live, in milliseconds. */
export interface TokenTerms {
  /** Of every token at most. */
  readonly maxAge: number
  /** Of one that is asked for without an end. */
  readonly defaultAge: number
  /** What narrows that for tokens that may do more. */
  readonly rules: readonly TokenRule[]
  /** Where `maxAge` is written. */
  readonly source?: string
}

/** For tokens that give one of the roles, or a role that extends one, and for those that give one of the permissions by whatever role. */
export interface TokenRule {
  readonly id: string
  readonly maxAge: number
  readonly roles?: readonly string[]
  /** Patterns, as roles have them. */
  readonly permissions?: readonly Permission[]
  readonly source?: string
}

/** All that a policy is compiled from: plain data, as `readPolicy` makes it of a file. */
export interface PolicyDocument {
  /** What it is called where no line can be named. */
  readonly source: string
  readonly roles: readonly Role[]
  readonly commands: readonly PolicyRule[]
  /** Services on which `run` is possible at all. */
  readonly runServices: readonly string[]
  readonly blocked: readonly BlockedOperation[]
  /** Host patterns that `/proxy` can reach, with `*`. The rack API is never among them. */
  readonly proxyHosts: readonly string[]
  /** Patterns of environment keys whose values are secret. Letter case doesn't count. */
  readonly secretKeys: readonly string[]
  /** Patterns of parameters of racks and apps that are secret as well. */
  readonly secretParameters: readonly string[]
  /** Patterns of environment keys that no release may change, add or drop. Letter case counts. */
  readonly protectedKeys: readonly string[]
  /** Patterns of parameters of the rack that nobody may change. */
  readonly protectedParameters: readonly string[]
  /** Which sessions are recorded; none where no rule is for them. */
  readonly recordings: readonly RecordingRule[]
  readonly tokens: TokenTerms
  /** Where entries of lists are written, such as `policy.yaml:12`, by what they are called: `protected-key DB_*`. */
  readonly sources?: Readonly<Record<string, string>>
  /** Values of parameters that events hold; those of secret names never. */
  readonly recordedValues: readonly ValueRule[]
}

/** SHA-256, hex, over the document's JSON with sorted keys and without places: the same for the same content, however it was written. */
export function documentHash(document: PolicyDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex')
}

const places: ReadonlySet<string> = new Set(['source', 'sources'])

/** JSON with sorted keys, and without places: the same for the same content. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([key, member]) => member !== undefined && !places.has(key))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
