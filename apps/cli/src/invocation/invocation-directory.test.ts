import { expect, test } from 'vitest'
import { invocationDirectory } from './invocation-directory.ts'

const script = { npm_lifecycle_event: 'rack-gateway', npm_package_name: 'rack-gateway-workspace' }

test("with the workspace's own script, it is the directory in which it was typed", () => {
  expect(invocationDirectory({ ...script, INIT_CWD: '/home/ada/app' }, '/workspace')).toBe('/home/ada/app')
})

test.each([
  { INIT_CWD: '/elsewhere' },
  { ...script, npm_package_name: 'app', INIT_CWD: '/elsewhere' },
  { ...script, npm_lifecycle_event: 'deploy', INIT_CWD: '/elsewhere' },
  script,
])('with another script (%j), it is the working directory', (env) => {
  expect(invocationDirectory(env, '/app')).toBe('/app')
})
