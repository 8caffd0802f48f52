import { describe, expect, test } from 'vitest'
import type { DemoRack } from './demo-rack.ts'
import { manualClock } from './determinism/clock.ts'
import { ask, credentials, formType, open, startRack, until } from './testing/client.ts'

async function get(rack: DemoRack, path: string) {
  return JSON.parse((await ask(rack, `GET ${path}`)).body)
}

function send(rack: DemoRack, start: string, form = '') {
  return ask(rack, start, [formType], form)
}

describe('apps', () => {
  test('a new app exists until it is deleted', async () => {
    const rack = await startRack()
    expect((await send(rack, 'POST /apps', 'name=third')).status).toBe(200)
    expect((await get(rack, '/apps')).map(({ name }: { name: string }) => name)).toEqual(['myapp', 'otherapp', 'third'])
    expect((await send(rack, 'POST /apps', 'name=third')).status).toBe(409)
    expect((await send(rack, 'DELETE /apps/third')).body).toBe('ok\n')
    expect(await ask(rack, 'GET /apps/third')).toMatchObject({ status: 404, body: 'app not found: third\n' })
  })

  test('the name can be in a header', async () => {
    const response = await ask(await startRack(), 'POST /apps', ['Name: fromheader'])
    expect(JSON.parse(response.body)).toMatchObject({ name: 'fromheader' })
  })

  test.each(['', 'UPPER', '1st', 'a/b', '../x'])('%j is no name for an app', async (name) => {
    expect((await send(await startRack(), 'POST /apps', `name=${encodeURIComponent(name)}`)).status).toBe(400)
  })

  test('a locked app is not deleted until it is unlocked', async () => {
    const rack = await startRack()
    await send(rack, 'PUT /apps/otherapp', 'lock=true')
    expect(await send(rack, 'DELETE /apps/otherapp')).toMatchObject({ status: 403, body: 'app is locked: otherapp\n' })
    await send(rack, 'PUT /apps/otherapp', 'lock=false')
    expect((await send(rack, 'DELETE /apps/otherapp')).status).toBe(200)
  })

  test('new parameters are added, and the others stay', async () => {
    const rack = await startRack()
    await send(rack, 'PUT /apps/myapp', `parameters=${encodeURIComponent('BuildMemory=512&X=a%20b')}`)
    expect(await get(rack, '/apps/myapp')).toMatchObject({
      parameters: { BuildCpu: '250', BuildMemory: '512', X: 'a b' },
    })
  })

  test('JSON is escaped as Go escapes it', async () => {
    const rack = await startRack()
    await send(rack, 'PUT /apps/myapp', `parameters=${encodeURIComponent('K=%3Cb%3E%26')}`)
    expect((await ask(rack, 'GET /apps/myapp')).body).toContain('"K": "\\u003cb\\u003e\\u0026"')
  })
})

describe('a deployment', () => {
  async function build(rack: DemoRack, clock: ReturnType<typeof manualClock>) {
    const stored = await ask(
      rack,
      'POST /apps/myapp/objects/tmp/a.tgz',
      ['Content-Type: application/octet-stream'],
      'x'.repeat(300),
    )
    const { Url: url } = JSON.parse(stored.body)
    const { id } = JSON.parse(
      (await send(rack, 'POST /apps/myapp/builds', `url=${encodeURIComponent(url)}&description=d`)).body,
    )
    const log = await open(rack, `/apps/myapp/builds/${id}/logs`)
    expect(await get(rack, `/apps/myapp/builds/${id}`)).toMatchObject({
      status: 'running',
      release: '',
      ended: '0001-01-01T00:00:00Z',
    })
    await clock.advance(1000)
    return { id, output: await log.end() }
  }

  test('a build logs the size of its source, takes a second, and creates a release with the previous environment', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const [before] = await get(rack, '/apps/myapp/releases?limit=1')
    const { id, output } = await build(rack, clock)
    expect(output).toMatch(/^Received 300 bytes of source\nStep 1\/5[\s\S]*Build complete\n$/)
    const { release, status } = await get(rack, `/apps/myapp/builds/${id}`)
    expect(status).toBe('complete')
    const { env } = await get(rack, `/apps/myapp/releases/${before.id}`)
    expect(await get(rack, `/apps/myapp/releases/${release}`)).toMatchObject({ build: id, env, description: 'd' })
  })

  test('while a release rolls out the app is updating, a second promote is refused, and replicas follow at the end', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const [, old] = await get(rack, '/apps/myapp/releases')
    const following = await open(rack, '/apps/myapp/logs', [credentials, 'Prefix: true'])
    expect((await send(rack, `POST /apps/myapp/releases/${old.id}/promote`)).body).toBe('ok\n')
    expect(await get(rack, '/apps/myapp')).toMatchObject({ status: 'updating', release: old.id })
    const again = await send(rack, `POST /apps/myapp/releases/${old.id}/promote`)
    expect(again).toMatchObject({ status: 403, body: 'app is currently updating\n' })
    await clock.advance(1000)
    await until(() => following.text().includes('promote step 4'))
    expect(await get(rack, '/apps/myapp')).toMatchObject({ status: 'running' })
    const processes = await get(rack, '/apps/myapp/processes')
    expect(new Set(processes.map(({ release }: { release: string }) => release))).toEqual(new Set([old.id]))
  })

  test('canceling a rollout restores the previous release, and canceling without a rollout is denied', async () => {
    const rack = await startRack({ clock: manualClock() })
    const [current, old] = await get(rack, '/apps/myapp/releases')
    expect(await send(rack, 'POST /apps/myapp/cancel')).toMatchObject({ status: 403 })
    await send(rack, `POST /apps/myapp/releases/${old.id}/promote`)
    expect((await send(rack, 'POST /apps/myapp/cancel')).status).toBe(200)
    expect(await get(rack, '/apps/myapp')).toMatchObject({ status: 'running', release: current.id })
  })

  test('env is only in the single release, and a new env is a new release with nothing else changed', async () => {
    const rack = await startRack()
    const [current] = await get(rack, '/apps/myapp/releases')
    expect(current.env).toBe('')
    const created = JSON.parse(
      (await send(rack, 'POST /apps/myapp/releases', `env=${encodeURIComponent('A=1\nB=2')}`)).body,
    )
    expect(created).toMatchObject({ env: 'A=1\nB=2', build: current.build, description: 'env change' })
    expect(await get(rack, '/apps/myapp')).toMatchObject({ release: current.id })
  })

  test.each(['builds', 'releases', 'processes', 'resources'])(
    'an unknown item of %s is a 404 that names the item',
    async (kind) => {
      const response = await ask(await startRack(), `GET /apps/myapp/${kind}/nosuch`)
      expect(response).toMatchObject({
        status: 404,
        body: `${kind.replace(/e?s$/, (end) => (kind === 'processes' ? '' : end.slice(0, -1)))} not found: nosuch\n`,
      })
    },
  )
})

describe('processes and services', () => {
  test('a run is pending, then running, listed with its command, and removed when stopped', async () => {
    const rack = await startRack()
    const run = JSON.parse(
      (await ask(rack, 'POST /apps/myapp/services/command/processes', ['Command: sleep 3600'])).body,
    )
    expect(run).toMatchObject({ status: 'pending', command: 'sleep 3600' })
    expect(await get(rack, `/apps/myapp/processes/${run.id}`)).toMatchObject({ status: 'running' })
    expect(await get(rack, '/apps/myapp/processes?service=command')).toHaveLength(1)
    await send(rack, `DELETE /apps/myapp/processes/${run.id}`)
    expect((await ask(rack, `GET /apps/myapp/processes/${run.id}`)).status).toBe(404)
  })

  test('a run of another release, an unknown release, an unknown service', async () => {
    const rack = await startRack()
    const [, old] = await get(rack, '/apps/myapp/releases')
    const run = (service: string, release: string) =>
      ask(rack, `POST /apps/myapp/services/${service}/processes`, ['Command: x', `Release: ${release}`])
    expect(JSON.parse((await run('web', old.id)).body)).toMatchObject({ release: old.id })
    expect((await run('web', 'RNOSUCH')).body).toBe('release not found: RNOSUCH\n')
    expect((await run('nosuch', old.id)).body).toBe('service not found: nosuch\n')
  })

  test('a stopped replica is replaced; a restart replaces all; scaling adds and removes', async () => {
    const rack = await startRack()
    const ids = async () => (await get(rack, '/apps/myapp/processes?service=web')).map(({ id }: { id: string }) => id)
    const first = await ids()
    await send(rack, `DELETE /apps/myapp/processes/${first[0]}`)
    expect(await ids()).toHaveLength(2)
    await send(rack, 'POST /apps/myapp/services/web/restart')
    expect((await ids()).filter((id: string) => first.includes(id))).toEqual([])
    await send(rack, 'PUT /apps/myapp/services/web', 'count=4')
    expect(await ids()).toHaveLength(4)
    await send(rack, 'PUT /apps/myapp/services/web', 'count=0')
    expect(await ids()).toHaveLength(0)
    expect((await send(rack, 'PUT /apps/myapp/services/web', 'count=x')).status).toBe(400)
  })

  test('equal seeds make equal IDs, and different seeds make different IDs', async () => {
    const [one, two, three] = [
      await startRack({ seed: 'a' }),
      await startRack({ seed: 'a' }),
      await startRack({ seed: 'b' }),
    ]
    const ids = async (rack: DemoRack) => (await get(rack, '/apps/myapp/processes')).map(({ id }: { id: string }) => id)
    expect(await ids(one)).toEqual(await ids(two))
    expect(await ids(one)).not.toEqual(await ids(three))
  })
})
