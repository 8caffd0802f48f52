import { signingKeyOf } from '@rack-gateway/audit/checkpoints'
import { defaultSessionTerms } from '@rack-gateway/auth'
import type { createGateway } from '@rack-gateway/gateway'

/** What a gateway does where its environment says nothing. */
export const gatewayDefaults = {
  auditReads: 'strict',
  auditFallbackDir: null,
  checkpoints: { keys: [signingKeyOf(Buffer.alloc(32, 1))], places: [] },
  recordings: null,
  sinks: [],
  authMaxStale: 60_000,
  sessions: defaultSessionTerms,
  publicUrl: null,
  login: null,
  deviceLogin: 'on',
  tokenMaxAge: 365 * 86_400_000,
  trustedProxies: [],
  policyFile: null,
  policyPackages: [],
  metrics: null,
} as const satisfies Partial<Parameters<typeof createGateway>[0]>
