import {
  compileForDecisions,
  compilePolicy,
  type PolicyDecider,
  type PolicyDocument,
  type Principal,
} from '@rack-gateway/rbac-policy'

/** The policy, principal, and bindings that decide the caller's calls on one rack. */
export interface Snapshot {
  readonly rack: string
  readonly principal: Principal
  readonly document: PolicyDocument
  readonly policy: PolicyDecider
}

/** The supported version of the response's format. Other versions are ignored. */
const format = 1

/** @returns null if the response of the gateway is not valid */
export function readSnapshot(text: string): Snapshot | null {
  try {
    const response = parseResponse(text)
    if (response === null) return null
    const policy = compilePolicy(response.document)
    return policy.hash === response.policy ? snapshotOf(response, policy) : null
  } catch {
    return null
  }
}

/** For text that `readSnapshot` has accepted. Skips its checks, because every command waits for the result. */
export function readCheckedSnapshot(text: string): Snapshot | null {
  try {
    const response = parseResponse(text)
    return response && snapshotOf(response, compileForDecisions(response.document, response.policy))
  } catch {
    return null
  }
}

function parseResponse(text: string): EffectivePolicy | null {
  const response: unknown = JSON.parse(text)
  return isResponse(response) ? response : null
}

function snapshotOf({ rack, document, principal }: EffectivePolicy, policy: PolicyDecider): Snapshot {
  return { rack, document, policy, principal: callerFrom(principal) }
}

type Caller = Omit<Principal, 'credential' | 'expiresAt' | 'job' | 'device' | 'sources'>

interface EffectivePolicy {
  readonly format: number
  readonly rack: string
  readonly policy: string
  readonly document: PolicyDocument
  readonly principal: Caller
}

/** The response lacks the session and its expiry, because decisions do not depend on them. */
function callerFrom({ kind, id, name, rack, groups, bindings, owner, trust, secondFactor }: Caller): Principal {
  return {
    ...{ kind, id, name, rack, groups, bindings, owner },
    ...(trust !== undefined && { trust }),
    ...(secondFactor !== undefined && { secondFactor }),
    credential: '',
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
}

/** Does not check the document, because `compilePolicy` does. */
function isResponse(value: unknown): value is EffectivePolicy {
  return (
    isObject(value) &&
    value.format === format &&
    typeof value.rack === 'string' &&
    typeof value.policy === 'string' &&
    isObject(value.document) &&
    isCaller(value.principal)
  )
}

const kinds = ['user', 'api-token', 'workload']

function isCaller(value: unknown): boolean {
  return (
    isObject(value) &&
    kinds.includes(String(value.kind)) &&
    typeof value.id === 'string' &&
    typeof value.name === 'string' &&
    (value.rack === null || typeof value.rack === 'string') &&
    Array.isArray(value.groups) &&
    areBindings(value.bindings) &&
    (value.owner === null || (isObject(value.owner) && areBindings(value.owner.bindings))) &&
    (value.trust === undefined || (isObject(value.trust) && typeof value.trust.name === 'string')) &&
    (value.secondFactor === undefined || typeof value.secondFactor === 'boolean')
  )
}

function areBindings(value: unknown): boolean {
  return Array.isArray(value) && value.every(isBinding)
}

function isBinding(value: unknown): boolean {
  return (
    isObject(value) &&
    [value.id, value.role, value.racks, value.apps].every((field) => typeof field === 'string') &&
    (value.expiresAt === null || typeof value.expiresAt === 'number')
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
