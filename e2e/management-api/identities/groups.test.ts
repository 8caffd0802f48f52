import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser } from '../callers.ts'

describe('groups', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem()
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(() => system.stop())

  async function member(...groups: readonly string[]) {
    const one = await createUser(system, null)
    await system.sql`update gateway.users set groups = ${[...groups]} where id = ${one.id}`
    return one
  }
  const bind = (group: string, role: string) =>
    call(system, admin, 'POST', '/bindings', { subject: { kind: 'group', id: group }, role })

  test('are those that a user is in or that a binding is for, with how many of each', async () => {
    const [ann, ben] = [await member('Zebra', 'ops'), await member('ops', 'Ünïcode, with/slash')]
    await bind('ops', 'ops')
    await bind('ops', 'viewer')
    await bind('nobody-yet', 'viewer')
    expect((await call(system, admin, 'GET', '/groups')).json).toEqual({
      items: [
        { name: 'Zebra', members: 1, bindings: 0 },
        { name: 'nobody-yet', members: 0, bindings: 1 },
        { name: 'ops', members: 2, bindings: 2 },
        { name: 'Ünïcode, with/slash', members: 1, bindings: 0 },
      ],
      next: null,
    })
    const membersOf = async (group: string) =>
      (await call(system, admin, 'GET', `/users?group=${encodeURIComponent(group)}`)).texts('id')
    expect(await membersOf('ops')).toEqual([ben.id, ann.id])
    expect(await membersOf('Ünïcode, with/slash')).toEqual([ben.id])
    for (const none of ['nobody-yet', 'op', 'OPS', "ops' or ''='"]) expect(await membersOf(none)).toEqual([])
    expect((await call(system, admin, 'GET', `/users/${ann.id}`)).json).toMatchObject({ groups: ['Zebra', 'ops'] })
  })

  test('with the longest names are listed completely across pages', async () => {
    const names = ['\u{1f980}'.repeat(128), `${'\u{1f980}'.repeat(127)}zz`].sort()
    await member(...names)
    const seen: string[] = []
    for (let cursor = ''; cursor !== 'null'; ) {
      const page = await call(system, admin, 'GET', `/groups?limit=1${cursor && `&cursor=${cursor}`}`)
      expect(page.status).toBe(200)
      seen.push(...page.texts('name'))
      cursor = page.text('next')
    }
    expect(seen).toEqual(expect.arrayContaining(names))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test.each(['', '=', 'b3Bz%3D', 'AA', '_w', 'x'.repeat(2_001)])('the cursor %s is 400', async (cursor) => {
    expect((await call(system, admin, 'GET', `/groups?cursor=${cursor}`)).status).toBe(400)
  })
})
