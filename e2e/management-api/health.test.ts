import { randomBytes } from 'node:crypto'
import { readServerConfig } from '@rack-gateway/config'
import { freePort } from '@rack-gateway/demo/free-port'
import { createLog, startGateway } from '@rack-gateway/gateway'
import type { Health } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { type StatementCounter, startStatementCounter } from '../support/gateway/statement-counter.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

const key = () => randomBytes(32).toString('base64')

describe('GET /health', () => {
  let system: System
  let database: StatementCounter | undefined
  beforeAll(async () => {
    system = await startSystem({
      rackNames: ['down', 'staging'],
      async databaseProxy(url) {
        database = await startStatementCounter(url)
        return database.url
      },
    })
    await system.racks.down?.close()
  })
  afterAll(() => system.stop())

  async function healthOf(url: string, token: string, query = ''): Promise<{ text: string; health: Health }> {
    const response = await fetch(`${url}/gateway/api/v1/health${query}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(response.status).toBe(200)
    const text = await response.text()
    return { text, health: JSON.parse(text) }
  }

  test('has the state of each part, and the source of each setting', async () => {
    const { token } = await createUser(system, 'ops')
    const before = (await system.events()).length
    const { health } = await healthOf(system.url, token)
    expect(health).toMatchObject({
      racks: [
        { name: 'down', state: 'unreachable' },
        { name: 'staging', state: 'reachable', version: '3.24.9' },
      ],
      database: {
        reachable: true,
        version: expect.stringMatching(/^\d+/),
        login: 'rack_gateway',
        latencyMs: expect.any(Number),
        tampering: 'prevented',
      },
      identityProvider: null,
      sinks: [],
      stores: { recordings: null, archives: { archivedMonth: null }, checkpoints: [] },
    })
    expect(health.checks).toContainEqual({ name: 'database', ready: true, detail: 'reachable', remedy: null })
    const checkpoints = health.checks.find(({ name }) => name === 'checkpoints')
    expect(checkpoints?.remedy).toContain('AUDIT_CHECKPOINT_S3')
    expect(await system.events()).toHaveLength(before)
  })

  test('names the racks that have not answered, if the caller does not wait for them', async () => {
    const other = await startSystem({ rackNames: ['fast', 'slow'] })
    onTestFinished(() => other.stop())
    const fault = other.racks.slow?.failNext('GET /system', { kind: 'hang' })
    const { token } = await createUser(other, 'ops')
    await expect
      .poll(async () => (await healthOf(other.url, token, '?wait=0')).health)
      .toMatchObject({ racks: [{ name: 'fast' }], waitingFor: ['slow'], database: { reachable: true } })
    const complete = healthOf(other.url, token)
    fault?.release()
    expect((await complete).health).toMatchObject({ racks: [{ name: 'fast' }, { name: 'slow' }], waitingFor: [] })
  })

  test('contains no secret of the configuration', async () => {
    const [nothing, port] = [`http://127.0.0.1:${await freePort()}`, await freePort()]
    const secrets = {
      APP_SECRET_KEY: `${system.secretKey},${key()}`,
      AUDIT_SIGNING_KEY: key(),
      AUDIT_CHECKPOINT_WEBHOOK: `${nothing}/marker-checkpoints?key=marker-query`,
      AUDIT_SINK_URL_HOOK: `${nothing}/marker-of-the-hook?key=marker-query`,
      AUDIT_SINK_SECRET_HOOK: key(),
      AUDIT_SINK_HEADER_HOOK: 'Authorization: Bearer marker-of-the-header',
      OIDC_CLIENT_SECRET: 'marker-of-the-client',
      RACK_TOKEN_STAGING: 'marker-of-the-rack',
    }
    const rack = system.racks.staging ?? system.rack
    const config = readServerConfig({
      ...gatewayEnvironment(system, rack),
      ...secrets,
      OIDC_ISSUER: nothing,
      OIDC_CLIENT_ID: 'gateway',
      ALLOWED_DOMAINS: 'example.com',
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'silent',
    })
    const gateway = await startGateway(config, createLog(config.logLevel))
    onTestFinished(() => gateway.stop())
    const { token } = await createUser(system, 'admin')
    const { text, health } = await healthOf(gateway.url, token)
    const { database: urls } = config
    const ofDatabase = urls.kind === 'postgres' ? [urls.url.reveal(), urls.ownerUrl?.reveal() ?? ''] : []
    const passwords = ofDatabase.map((url) => decodeURIComponent(new URL(url).password))
    const values = [...Object.values(secrets), ...ofDatabase, ...passwords, 'marker-', system.secretKey, token]
    for (const value of values.flatMap((one) => one.split(','))) {
      expect(value.length).toBeGreaterThan(3)
      expect(text).not.toContain(value)
    }
    for (const variable of [...Object.keys(secrets), 'DATABASE_URL', 'DATABASE_OWNER_URL'])
      expect(health.configuration).toContainEqual({ variable, value: '[secret]', source: 'environment' })
    expect(health).toMatchObject({
      racks: [
        {
          state: 'unreadable',
          why: expect.stringMatching(
            /^The rack staging rejects the gateway, .* set RACK_TOKEN_STAGING to the password/,
          ),
        },
      ],
      identityProvider: { issuer: nothing, reachable: false, why: expect.stringContaining('does not answer') },
      sinks: [{ name: 'hook', kind: 'webhook' }],
    })
    expect(health.configuration).toContainEqual({ variable: 'ORGANIZATION', value: 'gateway', source: 'default' })
  })

  test('is answered while the database is unavailable', async () => {
    const { token } = await createUser(system, 'auditor')
    await healthOf(system.url, token)
    await changesApplied(system)
    await healthOf(system.url, token)
    database?.close()
    await expect
      .poll(async () => (await healthOf(system.url, token)).health)
      .toMatchObject({
        database: { reachable: false, login: null },
        checks: expect.arrayContaining([
          expect.objectContaining({ name: 'database', ready: false, remedy: expect.stringContaining('PostgreSQL') }),
        ]),
      })
    expect((await call(system, null, 'GET', '/health')).status).toBe(401)
  })
})
