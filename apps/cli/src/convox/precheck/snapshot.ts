import {
  compileForDecisions,
  compilePolicy,
  type PolicyDecider,
  type PolicyDocument,
  type Principal,
} from '@rack-gateway/rbac-policy'

/** The policy, and the principal with its bindings and grants, that decide the caller's calls on one rack. */
export interface Snapshot {
  readonly rack: string
  readonly principal: Principal
  readonly document: PolicyDocument
  readonly policy: PolicyDecider
  /** Milliseconds since the epoch; null if the rack enforces the policy. */
  readonly observing: { readonly until: number } | null
}

/** The supported version of the response's format. Other versions are ignored. */
const format = 1

/** @returns null if the response of the gateway is not valid */
export function readSnapshot(text: string): Snapshot | null {
  try {
    const response = parseResponse(text)
    if (response === null) return null
    return compilePolicy(response.document).hash === response.policy ? snapshotOf(response) : null
  } catch {
    return null
  }
}

/** For text that `readSnapshot` has accepted. Skips its checks, because every command waits for the result. */
export function readCheckedSnapshot(text: string): Snapshot | null {
  try {
    const response = parseResponse(text)
    return response && snapshotOf(response)
  } catch {
    return null
  }
}

function parseResponse(text: string): EffectivePolicy | null {
  const response: unknown = JSON.parse(text)
  return isResponse(response) ? response : null
}

function snapshotOf({ rack, document, policy: hash, principal, observing }: EffectivePolicy): Snapshot {
  const until = observing === null ? null : Date.parse(observing.until)
  const policy = compileForDecisions(
    document,
    hash,
    until === null ? {} : { observes: (name, at) => name === rack && at < until },
  )
  return { rack, document, policy, principal: callerFrom(principal), observing: until === null ? null : { until } }
}

/** As the gateway describes it. */
export interface Observing {
  readonly until: string
}

export function isObserving(value: unknown): value is Observing {
  return isObject(value) && typeof value.until === 'string' && !Number.isNaN(Date.parse(value.until))
}

type Caller = Omit<Principal, 'credential' | 'expiresAt' | 'job' | 'device' | 'sources'>

interface EffectivePolicy {
  readonly format: number
  readonly rack: string
  readonly policy: string
  readonly document: PolicyDocument
  readonly principal: Caller
  readonly observing: Observing | null
}

/** The response lacks the session and its expiry, because decisions do not depend on them. */
function callerFrom({ kind, id, name, rack, groups, bindings, owner, trust, secondFactor, grants }: Caller): Principal {
  return {
    ...{ kind, id, name, rack, groups, bindings, owner },
    ...(trust !== undefined && { trust }),
    ...(secondFactor !== undefined && { secondFactor }),
    ...(grants !== undefined && { grants }),
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
    (value.observing === null || isObserving(value.observing)) &&
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
    (value.secondFactor === undefined || typeof value.secondFactor === 'boolean') &&
    (value.grants === undefined || (Array.isArray(value.grants) && value.grants.every(isGrant)))
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

function isGrant(value: unknown): boolean {
  return (
    isObject(value) &&
    [value.id, value.rule, value.role].every((field) => typeof field === 'string') &&
    [value.racks, value.apps].every(
      (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
    ) &&
    [value.startsAt, value.expiresAt].every((field) => typeof field === 'number') &&
    typeof value.startsWithUse === 'boolean'
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
