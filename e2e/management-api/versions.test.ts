import { readFileSync } from 'node:fs'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { credential } from './callers.ts'

const manifest = new URL('../../apps/gateway/package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))

let system: System
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', cliMinimumVersion: '0.0.9' })
})
afterAll(() => system.stop())

describe('GET /version', () => {
  test('says which version the gateway is, and which of the CLI it asks for', async () => {
    const { status, json } = await call(system, await credential(system, 'nothing', 'session'), 'GET', '/version')
    expect([status, json]).toEqual([200, { gateway: version, cli: { minimum: '0.0.9', newest: version } }])
  })

  test('rejects unauthenticated callers without the version', async () => {
    const response = await call(system, null, 'GET', '/version')
    expect(response.status).toBe(401)
    expect(response.body).not.toContain(version)
  })
})
