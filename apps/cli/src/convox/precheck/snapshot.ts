import {
  compileForDecisions,
  compilePolicy,
  type PolicyDecider,
  type PolicyDocument,
  type Principal,
} from '@rack-gateway/rbac-policy'

/** All that decisions about the caller on one rack are made from, ready to be asked. */
export interface Snapshot {
  readonly rack: string
  readonly principal: Principal
  readonly document: PolicyDocument
  readonly policy: PolicyDecider
}

/** Of what an answer means: one that means more than we know isn't used. */
const format = 1

/** Reads what the gateway answered. Null for what isn't such an answer. */
export function readSnapshot(text: string): Snapshot | null {
  try {
    const answer = answerIn(text)
    if (answer === null) return null
    const policy = compilePolicy(answer.document)
    return policy.hash === answer.policy ? snapshotOf(answer, policy) : null
  } catch {
    return null
  }
}

/** Reads again what `readSnapshot` has read. Nothing is checked twice: it is waited for before each command. */
export function readCheckedSnapshot(text: string): Snapshot | null {
  try {
    const answer = answerIn(text)
    return answer && snapshotOf(answer, compileForDecisions(answer.document, answer.policy))
  } catch {
    return null
  }
}

function answerIn(text: string): EffectivePolicy | null {
  const answer: unknown = JSON.parse(text)
  return isAnswer(answer) ? answer : null
}

function snapshotOf({ rack, document, principal }: EffectivePolicy, policy: PolicyDecider): Snapshot {
  return { rack, document, policy, principal: callerFrom(principal) }
}

type Caller = Pick<Principal, 'kind' | 'id' | 'name' | 'rack' | 'groups' | 'bindings' | 'owner'>

interface EffectivePolicy {
  readonly format: number
  readonly rack: string
  readonly policy: string
  readonly document: PolicyDocument
  readonly principal: Caller
}

/** What isn't in it (which session, until when) no decision depends on. */
function callerFrom({ kind, id, name, rack, groups, bindings, owner }: Caller): Principal {
  return { kind, id, name, rack, groups, bindings, owner, credential: '', expiresAt: Number.MAX_SAFE_INTEGER }
}

/** The document is checked by compiling it. */
function isAnswer(value: unknown): value is EffectivePolicy {
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
    (value.owner === null || (isObject(value.owner) && areBindings(value.owner.bindings)))
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
