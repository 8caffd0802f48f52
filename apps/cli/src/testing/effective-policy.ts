import { createHash } from 'node:crypto'
import { compilePolicy, type PolicyDocument } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import type { FakeResponse } from './fake-gateway.ts'

export interface EffectivePolicyOptions {
  readonly role?: string
  readonly document?: PolicyDocument
  /** The gateway's time, in milliseconds since the epoch. */
  readonly at?: number
  readonly status?: number
  /** Replaces fields of the response. */
  readonly change?: object
}

/** The gateway's response about the effective policy of a user with one role on all racks and apps. */
export function effectivePolicy({
  role = 'viewer',
  document = builtInPolicy(),
  at = Date.now(),
  status = 200,
  change,
}: EffectivePolicyOptions): FakeResponse {
  const bindings = [{ id: 'b1', role, racks: '*', apps: '*', expiresAt: null }]
  const principal = { kind: 'user', id: 'u1', name: 'ada@example.com', rack: null, groups: [], bindings, owner: null }
  const { hash } = compilePolicy(document)
  const body = { format: 1, rack: 'staging', policy: hash, document, observing: null, principal, ...change }
  const tag = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  return {
    status,
    body,
    headers: { etag: `"${tag}"`, date: new Date(at).toUTCString(), location: 'https://evil.example.com/' },
  }
}
