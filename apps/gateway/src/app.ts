import type { FastifyInstance } from 'fastify'
import accessRequests from './access-requests/plugin.ts'
import checkpoints from './audit/checkpoints.ts'
import configurationEvent from './audit/configuration-event.ts'
import auditLog from './audit/plugin.ts'
import retentionStatus from './audit/retention-status.ts'
import auditSearch from './audit/search.ts'
import bodyDigest from './calls/body-digest.ts'
import errorHandler from './error-responses/error-handler.ts'
import type { GatewayOptions } from './gateway-options.ts'
import browserLogin from './login/browser-login.ts'
import cliLogin from './login/cli-login.ts'
import identities from './login/identities.ts'
import loginProvider from './login/provider.ts'
import secondFactors from './login/second-factors.ts'
import managementApi from './management-api/plugin.ts'
import managementApiReference from './management-api/reference.ts'
import observeMode from './observe-mode/observe-mode.ts'
import health from './operations/health.ts'
import metrics from './operations/metrics-server.ts'
import rootPage from './pages/root-page.ts'
import packageRoutes from './policy/package-routes.ts'
import policyPackages from './policy/packages.ts'
import policy from './policy/plugin.ts'
import watchPolicyModes from './policy/watch-policy-modes.ts'
import clock from './process/clock.ts'
import database from './process/database.ts'
import { deriveKeys } from './process/keys.ts'
import countCalls from './rack-api/contacts/count-calls.ts'
import rackApi from './rack-api/plugin.ts'
import racks from './rack-api/racks.ts'
import changeLimit from './rate-limits/changes.ts'
import unauthenticatedLimit from './rate-limits/unauthenticated.ts'
import unauthenticatedLog from './rate-limits/unauthenticated-log.ts'
import sessionRecordings from './recordings/plugin.ts'
import { createCostAccount } from './resource-account/cost-account.ts'
import resourceAccount from './resource-account/plugin.ts'
import callLog from './server/call-log.ts'
import ownHost from './server/own-host.ts'
import { createServer } from './server/server.ts'
import untrustedProxyWarning from './server/untrusted-proxy-warning.ts'
import stepUp from './step-up/plugin.ts'
import webConsole from './web-console/plugin.ts'

/** The plugins are in the order of docs/explanation/architecture.md. */
export async function createGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const { config, databaseUrl, log, now = Date.now, tuning = {}, webConsole: source } = options
  const { login, publicUrl } = config
  const keys = deriveKeys(config)
  const { totpSecrets, backupCodes, loopbackLogins, deviceCodes, typedCodes } = keys.login
  const costs = createCostAccount()
  const app = createServer(log, config, costs)
  try {
    await app.register(clock, { now })
    await app.register(observeMode, { observing: config.observing })
    await app.register(database, { url: databaseUrl })
    await app.register(resourceAccount, { limits: config.limits, costs })

    // Every request: limits, errors, and the log.
    await app.register(unauthenticatedLog)
    await app.register(errorHandler, { denialDelay: tuning.denialDelay, publicUrl })
    await app.register(untrustedProxyWarning)
    await app.register(unauthenticatedLimit, { perMinute: config.unauthenticatedPerMinute })
    await app.register(changeLimit, { limits: config.limits })
    await app.register(ownHost, { publicUrl })
    await app.register(callLog)

    // Record.
    await app.register(checkpoints, {
      keys: keys.checkpoints,
      config: config.checkpoints,
      interval: tuning.checkpointInterval,
    })
    await app.register(auditLog, {
      fallbackDir: config.auditFallbackDir,
      fallbackKeys: keys.fallback,
      sinks: config.sinks,
      limits: tuning.auditLimits,
      denialInterval: tuning.denialInterval,
      adoptionInterval: tuning.adoptionInterval,
    })
    await app.register(auditSearch)
    await app.register(retentionStatus)

    // Authenticate.
    await app.register(identities, {
      mint: keys.mint,
      csrfKeys: keys.login.csrfTokens,
      maxStale: config.authMaxStaleMs,
      publicUrl,
      login,
    })
    await app.register(loginProvider, { config, refreshTokenKeys: keys.login.providerRefreshTokens })
    await app.register(secondFactors, { keys: { totpSecrets, backupCodes }, publicUrl })

    await app.register(bodyDigest, { key: keys.bodyDigest })
    await app.register(stepUp, { publicUrl, codeKeys: keys.login.stepUpCodes })
    await app.register(accessRequests)

    // Decide.
    await app.register(policy, { file: config.policyFile, metrics: config.metrics })
    await app.register(policyPackages, { entries: config.policyPackages })
    await app.register(watchPolicyModes, { checkInterval: tuning.policyModeInterval })

    // Forward.
    await app.register(sessionRecordings, {
      config,
      deriveKeys: keys.recordings,
      limits: tuning.recordingLimits,
      adoptionInterval: tuning.adoptionInterval,
    })
    await app.register(racks, {
      config,
      connectTimeout: tuning.connectTimeout,
      recheckInterval: tuning.rackRecheckInterval,
    })
    await app.register(countCalls)

    // Pages and APIs.
    await app.register(health)
    await app.register(metrics, { address: config.metrics })
    await app.register(browserLogin, { mint: keys.mint, attemptKeys: keys.login.loginAttempts })
    await app.register(cliLogin, {
      config,
      mint: keys.mint,
      keys: { loopbackLogins, deviceCodes, typedCodes },
      pollSeconds: tuning.devicePollSeconds,
    })
    await app.register(rootPage)
    await app.register(webConsole, { source })
    await app.register(managementApiReference)
    await app.register(managementApi, { config, mint: keys.mint, childFlags: tuning.childFlags })
    await app.register(rackApi, {
      config,
      maskKeys: keys.masks,
      pingInterval: tuning.pingInterval,
    })

    await app.register(configurationEvent, { config })
    await app.register(packageRoutes)
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}
