import { signingKeyOf } from '@rack-gateway/audit/checkpoints'
import { defaultSessionTerms } from '@rack-gateway/auth'
import type { createGateway } from '@rack-gateway/gateway'

type GatewayOptions = Parameters<typeof createGateway>[0]

/** What a gateway does where its environment says nothing. */
export const environmentDefaults = {
  auditReads: 'strict',
  auditFallbackDir: null,
  recordings: null,
  sinks: [],
  authMaxStale: 60_000,
  sessions: defaultSessionTerms,
  publicUrl: null,
  login: null,
  deviceLogin: 'on',
  cliMinimumVersion: null,
  trustedProxies: [],
  policyFile: null,
  policyPackages: [],
  metrics: null,
} as const satisfies Partial<GatewayOptions>

/** The same for a gateway that a test puts together: each signs checkpoints with one key, and sends no copies. */
export const gatewayDefaults = {
  ...environmentDefaults,
  checkpoints: { keys: [signingKeyOf(Buffer.alloc(32, 1))], places: [] },
} as const satisfies Partial<GatewayOptions>
