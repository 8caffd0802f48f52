import { expect, test } from 'vitest'
import { forgetSecrets, sanitizeEnvironment } from './environment.ts'

test('only a bare RACK_URL, which contains the rack password, is removed', () => {
  const env: NodeJS.ProcessEnv = {
    RACK_URL: 'https://convox:pw@api',
    RACK_URL_STAGING: 'https://a',
    RACK: 'r',
    PATH: '/bin',
  }
  sanitizeEnvironment(env)
  expect(env).toEqual({ RACK_URL_STAGING: 'https://a', RACK: 'r', PATH: '/bin' })
})

test('secrets can be removed from the environment of child processes after they are read', () => {
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
