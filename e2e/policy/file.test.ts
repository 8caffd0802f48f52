import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

let directory = ''
let path = ''
let system: System
const plain = 'version: 1\n'
const withReader = 'version: 1\nroles:\n  reader:\n    permissions: [app:list, app:read]\n'

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policy-'))
  path = join(directory, 'policy.yaml')
  await writeFile(path, withReader)
  system = await startSystem({ policyFile: path })
})
afterAll(async () => {
  await system.stop()
  await rm(directory, { recursive: true })
})

async function put(text: string): Promise<void> {
  await writeFile(path, text)
  await system.app.policyFile?.reload()
}

const statusOf = async (target: string, token: string) => (await system.get(target, token)).status

describe('a policy document', () => {
  test('brings roles of its own, and decisions name its lines', async () => {
    const token = await system.token('reader')
    expect(await statusOf('/apps/myapp', token)).toBe(200)
    expect(await system.lastEvent()).toMatchObject({
      decision: { effect: 'allow', rule: 'role:reader', source: 'policy.yaml:3', policy: system.app.policy.hash },
    })
    const refused = await system.send('DELETE', '/apps/myapp', token)
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.body)).toMatchObject({
      rule: 'no-permission',
      source: 'bindings',
      next: 'Ask an administrator of the gateway for a role that has it.',
      policy: system.app.policy.hash,
    })
    expect(refused.body).toContain(
      'app:delete on myapp needs the role admin; you have the role reader on staging. Ask an',
    )
    expect(await system.lastEvent()).toMatchObject({
      decision: { rule: 'no-permission', source: 'bindings', next: expect.stringContaining('Ask an administrator') },
    })
  })

  test('decides about the management API too, in the response as in the event', async () => {
    const own = await system.get('/gateway/api/v1/users', await system.token('reader'))
    const { rule, source, next, policy } = JSON.parse(own.body)
    expect([own.status, rule, next]).toEqual([403, 'no-permission', 'Ask an administrator of the gateway.'])
    const { decision } = (await system.lastEvent()) ?? {}
    expect(decision).toMatchObject({ effect: 'deny', rule, source, next, policy })
    expect(decision?.reason).toBe('Only administrators can list users. You have the role reader.')
  })

  test('applies to the next calls after an event is recorded, and an invalid document changes nothing', async () => {
    const token = await system.token('reader')
    const { hash } = system.app.policy
    await put(`${withReader}blocked:\n  GET /apps: { reason: Not today., next: Come back tomorrow. }\n`)
    const refused = await system.get('/apps', await system.token('admin'))
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('Not today. Come back tomorrow.')])
    const loaded = (await system.events()).findLast(({ kind }) => kind === 'policy.loaded')
    expect(loaded).toMatchObject({ detail: { file: 'policy.yaml', before: hash, policy: system.app.policy.hash } })

    await put('version: 1\nroles: { admin: {} }\n')
    expect((await system.get('/apps', await system.token('admin'))).status).toBe(403)
    expect(await statusOf('/apps/myapp', token)).toBe(200)
    expect((await system.events()).findLast(({ kind }) => kind === 'policy.rejected')).toMatchObject({
      detail: {
        policy: system.app.policy.hash,
        problems: expect.stringContaining('line 2, column 10: the role "admin"'),
      },
    })
    const readiness = async () => {
      const { status, body } = await system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')
      return `${status} ${body}`
    }
    await expect.poll(readiness).toMatch(/^200 .*its file is not valid/s)

    await put(plain)
    expect(await statusOf('/apps/myapp', token)).toBe(403)
    expect(await statusOf('/apps', await system.token('admin'))).toBe(200)
  })

  test('hides its secret keys, and no release can change its protected keys', async () => {
    await put('version: 1\nsecrets: { environment: [PLAIN] }\nprotected: { environment: [DB_*] }\n')
    const token = await system.token('deployer')
    const [{ id }] = JSON.parse((await system.get('/apps/myapp/releases', token)).body)
    const release = JSON.parse((await system.get(`/apps/myapp/releases/${id}`, token)).body)
    expect(release.env).toMatch(/^PLAIN=\[hidden:/m)
    const changed = await system.send(
      'POST',
      '/apps/myapp/releases',
      token,
      `env=${encodeURIComponent(`${release.env}\nDB_HOST=elsewhere`)}`,
      ['Content-Type: application/x-www-form-urlencoded'],
    )
    expect(changed.status).toBe(403)
    expect(changed.body).toContain('The policy protects DB_HOST, so a release cannot change it.')
    await put(plain)
  })
})
