import type { Binding, Principal } from '@rack-gateway/rbac-policy'
import { type AuthenticationDenial, isDenial } from '../errors/denial.ts'
import { affects, type ChangedSubjects } from '../revision/changed-subjects.ts'
import { estimateBytes } from './estimate-bytes.ts'
import type { CredentialRecord } from './principals.ts'
import { createSharedGroups } from './shared-groups.ts'
import { createSharedTexts } from './shared-texts.ts'

export type AuthenticationResult = Principal | AuthenticationDenial

/** A promise while the lookup is pending. Then only its result, which takes less memory than a settled promise. */
export type CachedResult = Promise<AuthenticationResult> | AuthenticationResult

export interface PrincipalCacheLimits {
  /** The maximum number of results. The least recently used is evicted first. */
  readonly capacity: number
  /** The approximate maximum size in bytes. */
  readonly maxBytes: number
}

export interface PrincipalCache {
  /** Marks the result as the most recently used. */
  get(key: string): CachedResult | undefined
  setPending(key: string, lookUp: Promise<AuthenticationResult>): void
  /** Has no effect if the pending lookup was deleted in the meantime. */
  setResult(key: string, lookUp: Promise<AuthenticationResult>, result: AuthenticationResult): void
  delete(key: string): void
  /**
   * Deletes the principals that the change affects. Also deletes all pending lookups and denials, because not all of
   * them name their subject.
   */
  invalidate(changed: ChangedSubjects): void
  /** Replaces texts and group lists by equal ones that are already cached. */
  shareValues(record: CredentialRecord | null): CredentialRecord | null
  size(): number
}

/** Bytes of an entry without its result. */
const entryBytes = 44
/** Fields that take no memory of their own: constants, and group lists, which are counted once per user. */
const uncountedFields: ReadonlySet<string> = new Set(['kind', 'groups'])
const sharedFields: ReadonlySet<string> = new Set(['role', 'racks', 'apps'])

export function createPrincipalCache({ capacity, maxBytes }: PrincipalCacheLimits): PrincipalCache {
  const results = new Map<string, CachedResult>()
  const texts = createSharedTexts(maxBytes / 8)
  const groups = createSharedGroups(texts)
  let bytes = 0

  const estimate = (result: AuthenticationResult) => estimateBytes(result, isCountedElsewhere)

  function isCountedElsewhere(field: string, value: unknown): boolean {
    return uncountedFields.has(field) || (sharedFields.has(field) && typeof value === 'string' && texts.has(value))
  }

  function shareTexts<T extends { readonly bindings: readonly Binding[] }>(holder: T): T {
    const bindings = holder.bindings.map((binding) => ({
      ...binding,
      role: texts.share(binding.role),
      racks: texts.share(binding.racks),
      apps: texts.share(binding.apps),
    }))
    return { ...holder, bindings }
  }

  function remove(key: string): void {
    const result = results.get(key)
    if (result === undefined) return
    results.delete(key)
    bytes -= entryBytes
    if (result instanceof Promise) return
    bytes -= estimate(result)
    if (!isDenial(result)) bytes -= groups.removeSession(result.id, result.groups)
  }

  function makeRoom(): void {
    for (const key of results.keys()) {
      if (results.size <= capacity && bytes + texts.bytes() <= maxBytes) return
      remove(key)
    }
  }

  return {
    get(key) {
      const result = results.get(key)
      if (result === undefined) return undefined
      results.delete(key)
      results.set(key, result)
      return result
    },
    setPending(key, lookUp) {
      results.set(key, lookUp)
      bytes += entryBytes
      makeRoom()
    },
    setResult(key, lookUp, result) {
      if (results.get(key) !== lookUp) return
      results.set(key, result)
      bytes += estimate(result)
      if (!isDenial(result)) bytes += groups.addSession(result.id, result.groups)
      makeRoom()
    },
    delete: remove,
    invalidate(changed) {
      for (const [key, result] of results)
        if (result instanceof Promise || isDenial(result) || affects(changed, result)) remove(key)
    },
    shareValues(record) {
      if (record === null) return null
      if (record.kind === 'workload') return { ...record, trust: shareTexts(record.trust) }
      if (record.kind === 'api-token') return { ...shareTexts(record), owner: shareTexts(record.owner) }
      const { user, grants = [] } = record
      return {
        ...record,
        user: { ...shareTexts(user), groups: groups.get(user.id, user.groups) },
        grants: grants.map((grant) => ({ ...grant, role: texts.share(grant.role) })),
      }
    },
    size: () => results.size,
  }
}
