import { defaultSessionTerms } from '@rack-gateway/auth'
import { defaultLimits, Secret } from '@rack-gateway/config'
import type { GatewayConfig } from '@rack-gateway/gateway'

/** The configuration of a gateway whose environment has only what is required. */
export const environmentDefaults = {
  auditReads: 'strict',
  auditFallbackDir: null,
  recordings: null,
  recordingsKeep: null,
  recordingsMaxSize: null,
  sinks: [],
  authMaxStaleMs: 60_000,
  sessions: defaultSessionTerms,
  publicUrl: null,
  organization: 'gateway',
  login: null,
  deviceLogin: 'on',
  cliMinimumVersion: null,
  trustedProxies: [],
  policyFile: null,
  policyPackages: [],
  observing: null,
  metrics: null,
  unauthenticatedPerMinute: 300,
  limits: defaultLimits,
  checkpoints: { signingKeys: [], directory: null, s3: null, webhook: null },
} as const satisfies Partial<GatewayConfig>

/** The same for a gateway in a test: without the settings that the health page shows, and with one key for checkpoints. */
export const gatewayDefaults = {
  ...environmentDefaults,
  settings: [],
  checkpoints: {
    ...environmentDefaults.checkpoints,
    signingKeys: [new Secret(Buffer.alloc(32, 1).toString('base64'))],
  },
} as const satisfies Partial<GatewayConfig>
