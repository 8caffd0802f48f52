import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { clientConfigPath, readServerConfig, updateClientConfig } from '@rack-gateway/config'
import { credentialOf } from '@rack-gateway/config/client'
import { expect, onTestFinished, test } from 'vitest'

test('the server reads its environment', () => {
  const env = { RACK_URL_STAGING: 'https://api.example.com', RACK_TOKEN_STAGING: 'p', APP_SECRET_KEY: 'k'.repeat(32) }
  const [rack] = readServerConfig(env).racks
  expect([rack?.url.host, String(rack?.token), rack?.token.reveal()]).toEqual(['api.example.com', '[secret]', 'p'])
  expect(() => readServerConfig({ ...env, AUDIT_READ: 'relaxed' })).toThrow('did you mean AUDIT_READS?')
})

test('the CLI has one session for all names of a gateway', async () => {
  const directory = await mkdtemp(`${tmpdir()}/config-`)
  onTestFinished(() => rm(directory, { recursive: true }))
  const env = { RACK_GATEWAY_CONFIG_DIR: directory }
  const path = clientConfigPath({ env, platform: 'linux', home: '/home/ada', cwd: '/' })

  const url = 'https://gateway.example.com'
  const { config } = await updateClientConfig(path, (before) => ({
    ...before,
    gateways: { staging: { url, rack: 'staging' }, production: { url, rack: 'production' } },
    sessions: { [url]: { token: 'rgs_…', email: 'ada@example.com' } },
  }))
  expect(credentialOf(config, 'production')?.entry.email).toBe('ada@example.com')
})
