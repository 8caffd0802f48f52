import { formatMessage } from '@rack-gateway/errors'
import type { Binding, Principal } from '@rack-gateway/rbac-policy'
import { type AuthenticationDenial, isDenial } from '../errors/denial.ts'
import type {
  ApiTokenRecord,
  ServiceAccountRecord,
  SessionRecord,
  UserRecord,
  WorkloadRecord,
} from '../principals/principals.ts'

export const now = Date.UTC(2026, 0, 2, 3, 4, 5)
export const hour = 3_600_000

export function binding(changes: Partial<Binding> = {}): Binding {
  return { id: 'binding-1', role: 'viewer', racks: '*', apps: '*', expiresAt: null, ...changes }
}

export function user(changes: Partial<UserRecord> = {}): UserRecord {
  return {
    kind: 'user',
    id: 'user-1',
    email: 'ann@example.com',
    lockedAt: null,
    groups: [],
    hasSecondFactor: false,
    bindings: [binding()],
    ...changes,
  }
}

export function serviceAccount(changes: Partial<ServiceAccountRecord> = {}): ServiceAccountRecord {
  const bindings = [binding({ id: 'binding-2', role: 'ci' })]
  return { kind: 'service-account', id: 'account-1', name: 'deploys', disabledAt: null, bindings, ...changes }
}

export function session(changes: Partial<SessionRecord> = {}): SessionRecord {
  const expiresAt = new Date(now + hour)
  return {
    kind: 'session',
    id: 'session-1',
    rack: null,
    device: 'laptop',
    expiresAt,
    endedAt: null,
    user: user(),
    superseded: null,
    ...changes,
  }
}

export function apiToken(changes: Partial<ApiTokenRecord> = {}): ApiTokenRecord {
  return {
    kind: 'api-token',
    id: 'token-1',
    name: 'nightly',
    rack: null,
    expiresAt: new Date(now + hour),
    secretExpiresAt: new Date(now + hour),
    revokedAt: null,
    bindings: [binding({ id: 'binding-3', role: 'ci' })],
    owner: serviceAccount(),
    ...changes,
  }
}

export function workload(changes: Partial<WorkloadRecord> = {}): WorkloadRecord {
  return {
    kind: 'workload',
    id: 'run-1',
    name: 'acme/app run 1',
    job: { repository: 'acme/app', run: '1' },
    subject: 'repo:acme/app:ref:refs/heads/main',
    expiresAt: new Date(now + hour),
    endedAt: null,
    trust: { id: 'trust-1', name: 'acme', revokedAt: null, bindings: [binding({ id: 'binding-4', role: 'ci' })] },
    ...changes,
  }
}

export function expectPrincipal(response: Principal | AuthenticationDenial): Principal {
  if (isDenial(response)) throw new Error(formatMessage(response))
  return response
}
