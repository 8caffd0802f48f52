import { expect, test } from 'vitest'
import { forgetSecrets, sanitizeEnvironment } from './environment.ts'

test("a bare RACK_URL, the rack's own password, is removed, and nothing else", () => {
  const env: NodeJS.ProcessEnv = {
    RACK_URL: 'https://convox:pw@api',
    RACK_URL_STAGING: 'https://a',
    RACK: 'r',
    PATH: '/bin',
  }
  sanitizeEnvironment(env)
  expect(env).toEqual({ RACK_URL_STAGING: 'https://a', RACK: 'r', PATH: '/bin' })
})

test('secrets that were read can be taken from what child processes inherit', () => {
  const env: NodeJS.ProcessEnv = {
    RACK_TOKEN_A: 's',
    RACK_TOKEN_b: 's',
    APP_SECRET_KEY: 's',
    DATABASE_URL: 's',
    DATABASE_OWNER_URL: 's',
    RACK_URL_A: 'https://a',
    PORT: '1',
  }
  forgetSecrets(env)
  expect(env).toEqual({ RACK_URL_A: 'https://a', PORT: '1' })
})
