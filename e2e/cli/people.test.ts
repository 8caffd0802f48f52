import { jsonFaults } from '@rack-gateway/cli/reference'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { callCli } from '../support/convox/cli-call.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

let at: LoginSystem
let admin: TestUser
let viewer: TestUser
beforeAll(async () => {
  at = await startLoginSystem({}, { rackNames: ['staging', 'production'] })
  admin = await createUser(at.system, 'admin')
  viewer = await createUser(at.system, 'viewer')
})
afterAll(() => at.stop())

const run = (words: readonly string[], token = admin.token) =>
  callCli(words, { RACK_GATEWAY_URL: at.system.url, RACK_GATEWAY_TOKEN: token })

test('a user is invited, listed, and gets the role at the first login; then the invitation is removed from the list', async () => {
  const words = ['users', 'invite', 'Nobody@example.com', '--role', 'ops', '--racks', 'staging', '--reason', 'on call']
  const invited = await run(words)
  expect([invited.code, invited.stderr]).toEqual([0, ''])
  expect(invited.stdout).toMatch(
    /^Invited nobody@example\.com: ops on staging\/\*\. The invitation expires in 1[34] days\.\n$/,
  )
  expect((await run(['users', 'invitations'])).stdout).toMatch(
    /nobody@example\.com .* ops on staging\/\* +open +admin-/,
  )
  await at.login('nobody')
  expect(await run(['users', 'invitations'])).toMatchObject({ stdout: '', stderr: 'There are no invitations.\n' })
  expect((await run(['users', 'invitations', '--all'])).stdout).toMatch(/nobody@example\.com .* redeemed /)
  const again = await run(words)
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('Grant the user the roles with bindings.')])
  const review = await run(['access', 'review'])
  expect(review.stdout).toMatch(
    new RegExp(`^user nobody@example\\.com +ops on staging/\\* +invitation +${admin.email} `, 'm'),
  )
})

test('an invitation is revoked by its address or its ID', async () => {
  for (const by of ['address', 'ID'] as const) {
    const made = JSON.parse((await run(['users', 'invite', 'ann@example.com', '--role', 'viewer', '--json'])).stdout)
    expect(jsonFaults('users invite', made)).toEqual([])
    const revoked = await run(['users', 'uninvite', by === 'ID' ? made.id : 'ANN@example.com'])
    expect(revoked).toMatchObject({ code: 0, stdout: 'The invitation of ann@example.com is revoked.\n' })
  }
  const listed = JSON.parse((await run(['users', 'invitations', '--all', '--json'])).stdout)
  expect(jsonFaults('users invitations', listed)).toEqual([])
  expect(await run(['users', 'uninvite', 'ann@example.com'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no invitation named ann@example.com.'),
  })
})

test('uninviting prints the revoked invitation as JSON', async () => {
  await run(['users', 'invite', 'ben@example.com', '--role', 'viewer', '--expires', '9d', '--valid-for', '3d'])
  const revoked = JSON.parse((await run(['users', 'uninvite', 'ben@example.com', '--json'])).stdout)
  expect(jsonFaults('users uninvite', revoked)).toEqual([])
  expect(revoked).toMatchObject({ state: 'revoked', bindings: [{ expiresAt: expect.any(String) }] })
})

test.each([
  ['14', 'has no unit: put s, m, h, or d after the number'],
  ['1e1d', 'is not a duration'],
  ['-1d', 'is not a duration'],
  ['2w', 'is not a duration'],
  ['59s', 'is not in range'],
  ['91d', 'is not in range'],
])('--valid-for %s is rejected before a request is sent', async (text, problem) => {
  const result = await run(['users', 'invite', 'eve@example.com', '--role', 'viewer', `--valid-for=${text}`])
  expect(result).toMatchObject({
    code: 2,
    stderr: `--valid-for ${problem}. Use a duration from 1m to 90d, such as 30m.\n`,
  })
})

test('an invitation has a role for each rack and app of the lists', async () => {
  const words = ['users', 'invite', 'lil@example.com', '--role', 'viewer', '--racks', 'staging,production']
  const { bindings } = JSON.parse((await run([...words, '--apps', 'web', '--apps', 'api', '--json'])).stdout)
  expect(bindings.map(({ racks, apps }: { racks: string; apps: string }) => `${racks}/${apps}`)).toEqual([
    'staging/web',
    'staging/api',
    'production/web',
    'production/api',
  ])
})

test('the access review is printed as CSV, byte for byte as the gateway sends it', async () => {
  const { stdout } = await run(['access', 'review', '--csv'])
  const sent = await fetch(`${at.system.url}/gateway/api/v1/access-review/export`, {
    headers: { authorization: `Bearer ${admin.token}` },
  })
  const withoutLastUse = (text: string) => text.replaceAll(/,[^,]*\r\n/g, '\r\n')
  expect(withoutLastUse(stdout)).toBe(withoutLastUse(await sent.text()))
  expect(stdout).toContain(`"${viewer.email}"`)
  expect(await run(['access', 'review', '--csv', '--json'])).toMatchObject({ code: 2, stdout: '' })
})

test('without the role, review and invitations are denied', async () => {
  for (const words of [
    ['access', 'review'],
    ['access', 'review', '--csv'],
    ['users', 'invitations'],
    ['users', 'invite', 'eve@example.com', '--role', 'viewer'],
  ])
    expect(await run(words, viewer.token)).toMatchObject({ code: 5, stdout: '' })
})
