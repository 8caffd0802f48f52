import { createLog } from '@rack-gateway/gateway'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import pretty from 'pino-pretty'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

describe('text that a caller chose', () => {
  let system: System
  let admin: string
  const lines: string[] = []
  // As in the log of the demo.
  const toText = pretty.prettyFactory({ messageFormat: '{event} {msg}', singleLine: true, colorize: false })
  const log = createLog('info', { write: (line) => void lines.push(toText(line)) })
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', log })
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(() => system.stop())

  const nul = '\0'
  test.each<[string, string, string, object?]>([
    ['group', 'GET', '/users?group=%00'],
    ['subject', 'GET', '/bindings?subject=a%00'],
    ['rack', 'GET', '/recordings?rack=%00'],
    ['app', 'GET', '/recordings?app=%00'],
    ['principal', 'GET', '/recordings?principal=%00'],
    ['process', 'GET', '/recordings?process=%00'],
    ['as', 'POST', '/policy/decisions', { as: nul, calls: [{ route: 'GET /apps' }] }],
    ['document', 'POST', '/policy/check', { document: `version: 1\n#${nul}\n` }],
    ['document', 'POST', '/policy/impact', { document: `version: 1\n#${nul}\n`, since: '1h' }],
    ['claims', 'POST', '/trusts/test', { claims: { iss: nul } }],
    ['claims', 'POST', '/trusts/test', { claims: { [nul]: [] } }],
  ])('cannot contain NUL: %s of %s %s', async (member, method, path, body) => {
    const response = await call(system, admin, method, path, body)
    expect([response.status, response.text('code'), response.text('rule'), response.text('reason')]).toEqual([
      400,
      'RGW_INVALID_REQUEST',
      'schema',
      `\`${member}\` contains the character U+0000.`,
    ])
  })

  test('can contain an escape for NUL in a policy document', async () => {
    const document = 'version: 1\nblocked:\n  DELETE /apps/{app}: { reason: "a\\0b" }\n'
    for (const [path, body] of [
      ['/policy/check', { document }],
      ['/policy/impact', { document, since: '1h' }],
    ] as const)
      expect((await call(system, admin, 'POST', path, body)).status).toBe(200)
  })

  // The last test, because it breaks the database.
  test('is not in the log if its query fails', async () => {
    expect((await call(system, admin, 'GET', '/bindings?subject=x')).status).toBe(200)
    await system.sql`alter table gateway.bindings rename column reason to other`
    lines.length = 0
    const hostile = encodeURIComponent('MARKER\n\u001b[31mERROR: forged')
    expect((await call(system, admin, 'GET', `/bindings?subject=${hostile}`)).status).toBe(500)
    const logged = lines.join('')
    expect(logged).toContain('column "reason" does not exist')
    expect(logged).not.toMatch(/MARKER|forged|[\u0000-\u0009\u000b-\u001f]/)
  })
})
