import { type Endpoint, endpoints } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser, type TestUser } from './callers.ts'
import { itemCreators } from './item-creators.ts'
import { type Pipelines, startPipelines } from './pipelines.ts'

const all: readonly Endpoint[] = Object.values(endpoints)
const lists = all.filter(({ query }) => query !== undefined && 'cursor' in query.properties).map(({ path }) => path)

/** Every list, of hundreds of things, is read in pages while things are added to it. */
describe('a list in pages of two', () => {
  let system: System
  let pipelines: Pipelines
  let admin: TestUser
  let add: ReturnType<typeof itemCreators>
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own' })
    pipelines = await startPipelines(system)
    admin = await createUser(system, 'admin')
    add = itemCreators(system, pipelines, admin)
  })
  afterAll(async () => {
    await pipelines.stop()
    await system.stop()
  })

  const parameters: Readonly<Record<string, string>> = {
    '/app-changes': 'rack=staging&app=myapp&',
    '/app-access': 'rack=staging&app=myapp&',
  }
  const knownBy: Readonly<Record<string, string>> = {
    '/groups': 'name',
    '/access-review': 'binding',
    '/app-access': 'binding',
    '/users/{id}/access': 'binding',
  }

  test('can be tried for every list', () => {
    expect(Object.keys(add).sort()).toEqual([...lists].sort())
  })

  test.each(lists)('%s has each item exactly once', async (path) => {
    const more = add[path]
    if (!more) throw new Error(`nobody has said how one more of ${path} is made`)
    const before: string[] = []
    while (before.length < 7) before.push(await more())
    const seen: string[] = []
    for (let cursor = ''; cursor !== 'null'; ) {
      const page = await call(
        system,
        admin.token,
        'GET',
        `${path.replace('{id}', admin.id)}?${parameters[path] ?? ''}limit=2${cursor && `&cursor=${cursor}`}`,
      )
      expect(page.status).toBe(200)
      const shown = page.texts(knownBy[path] ?? 'id')
      expect(shown.length).toBeLessThanOrEqual(2)
      seen.push(...shown)
      cursor = page.text('next')
      if (seen.length < 14) await more()
    }
    expect(seen).toEqual(expect.arrayContaining(before))
    expect(new Set(seen).size).toBe(seen.length)
  })
})
