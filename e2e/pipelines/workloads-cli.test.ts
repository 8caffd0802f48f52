import { startTestIssuer, type TestIssuer } from '@rack-gateway/auth/testing'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'

let system: System
let issuer: TestIssuer
let machine: Machine
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own' })
  issuer = await startTestIssuer({ audience: system.url })
  machine = createMachine(null)
  const response = await callManagementApi(system, await system.token('admin'), 'POST', '/trusts', {
    name: 'deploys',
    template: { provider: 'github', issuer: issuer.url, repositoryId: '74', repositoryOwnerId: '65' },
    role: 'ci',
  })
  expect(response.status).toBe(201)
})
afterAll(async () => {
  machine.remove()
  await issuer.stop()
  await system.stop()
})

function ciLogin(jwt: string) {
  const env = { RACK_GATEWAY_ID_TOKEN: jwt, RACK_GATEWAY_URL: system.url }
  return machine.run(...builtCommand('rack-gateway', ['ci', 'login']), { env, stdin: '' })
}

test('ci login turns the token of a job into a RACK_URL that convox can use', async () => {
  const { code, stdout, stderr } = await ciLogin(await issuer.jwt())
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [, rackUrl = ''] = /^RACK_URL=(\S+)\n$/.exec(stdout) ?? []
  const { username, password, pathname, origin } = new URL(rackUrl)
  expect({ username, pathname, origin }).toEqual({ username: 'convox', pathname: '/rack/staging', origin: system.url })
  expect((await system.get(`${pathname}/apps`, password)).status).toBe(200)
})

test('and says what the gateway says where no trust matches, without the token', async () => {
  const jwt = await issuer.jwt({ event_name: 'pull_request_target' })
  const outcome = await ciLogin(jwt)
  expect(outcome).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('No trust matches this job') })
  expect(outcome.stderr).not.toContain(jwt.slice(-40))
})
