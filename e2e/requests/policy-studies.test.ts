import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { approve, ask, createPerson, requestsPolicy, writeRequestsPolicy } from './people.ts'

describe('a study of calls under a grant', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem({ policyFile: writeRequestsPolicy() })
    const ann = await createPerson(system, 'ann@example.com', ['engineering'])
    const lead = await createPerson(system, 'lead@example.com', ['leads'])
    await approve(lead, await ask(ann))
    for (let time = 0; time < 2; time++)
      expect((await system.send('POST', '/apps/myapp/services/web/restart', ann.token)).status).toBe(200)
  })
  afterAll(() => system.stop())

  const study = async (path: string, body: object) =>
    callManagementApi(system, await system.token('auditor'), 'POST', path, { since: '1h', ...body })

  test('decides them alike with the same document, whose rules nobody asks by', async () => {
    for (const document of [requestsPolicy, 'version: 1\n'])
      expect((await study('/policy/impact', { document })).json).toMatchObject({
        calls: 2,
        unclear: 0,
        allowed: 0,
        denied: 0,
      })
  })

  test('denies them with a document that denies them to the role of the grant', async () => {
    const route = 'POST /apps/{app}/services/{service}/restart'
    const document = `version: 1\nblocked: { "${route}": { reason: A freeze. } }\n`
    expect((await study('/policy/impact', { document })).json).toMatchObject({
      denied: 2,
      changes: [{ effect: 'denies', rule: `blocked:${route}`, count: 2 }],
    })
  })

  test('suggests nothing for them', async () => {
    const { json, status } = await study('/policy/suggestion', {})
    expect(status).toBe(200)
    const { summary } = json as { readonly summary: readonly string[] }
    expect(summary.join('\n')).toContain('2 calls that were allowed by the grant of an access request')
    expect(JSON.stringify(json)).not.toContain('ann@example.com')
  })
})
