import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DemoRack } from './demo-rack.ts'
import { manualClock } from './determinism/clock.ts'
import { readTar } from './process/tar.ts'
import { readServices } from './state/manifest.ts'
import { ask, connectTo, credentials, open, read, send, startRack, until, upload } from './testing/client.ts'

const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex')

/** A body whose length the sender doesn't say. */
async function uploadChunked(rack: DemoRack, start: string, chunks: readonly string[]) {
  const peer = await connectTo(rack)
  const head = [`${start} HTTP/1.1`, 'Host: rack.test', credentials, 'Transfer-Encoding: chunked']
  peer.send(`${head.join('\r\n')}\r\n\r\n`)
  for (const chunk of chunks) peer.send(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
  peer.send('0\r\n\r\n')
  return peer.nextMessage('POST')
}

describe('builds export and import', () => {
  test('an export is a gzipped tar of the build and its manifest', async () => {
    const rack = await startRack()
    const [build] = await read(rack, '/apps/myapp/builds')
    const { body } = await ask(rack, `GET /apps/myapp/builds/${build.id}.tgz?`)
    const files = readTar(gunzipSync(Buffer.from(body, 'latin1')))
    expect(files.map(({ path }) => path)).toEqual(['build.json', 'convox.yml'])
    expect(JSON.parse(files[0]?.content.toString() ?? '')).toEqual(build)
    expect(files[1]?.content.toString()).toBe(build.manifest)
  })

  test('an exported build is imported into another app with its manifest, as a release with the environment of that app', async () => {
    const rack = await startRack()
    const [{ id, manifest }] = await read(rack, '/apps/myapp/builds')
    const { body } = await ask(rack, `GET /apps/myapp/builds/${id}.tgz`)
    const [before] = await read(rack, '/apps/otherapp/releases')
    const { env } = await read(rack, `/apps/otherapp/releases/${before.id}`)
    const response = await uploadChunked(rack, 'POST /apps/otherapp/builds/import?', [body.slice(0, 7), body.slice(7)])
    const imported = JSON.parse(response.body)
    expect(imported).toMatchObject({ app: 'otherapp', status: 'complete', manifest })
    expect(rack.received.at(-1)?.body).toMatchObject({ length: body.length, sha256: sha256(body) })
    expect(await read(rack, `/apps/otherapp/releases/${imported.release}`)).toMatchObject({ build: imported.id, env })
    expect((await ask(rack, `GET /apps/otherapp/builds/${imported.id}.tgz`)).body).toBe(body)
  })

  test('an import accepts any bytes, but not an empty body', async () => {
    const rack = await startRack()
    expect(JSON.parse((await upload(rack, 'POST /apps/myapp/builds/import', '\x1f\x8bbroken')).body).manifest).toBe('')
    expect((await upload(rack, 'POST /apps/myapp/builds/import', '')).body).toBe('the archive is empty\n')
    expect(await upload(rack, 'POST /apps/nosuch/builds/import', 'x')).toMatchObject({ status: 404 })
  })

  test('an aborted import creates no build', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    peer.send(`POST /apps/myapp/builds/import HTTP/1.1\r\nHost: a\r\n${credentials}\r\nContent-Length: 99\r\n\r\nhalf`)
    await until(() => rack.received[0]?.body.length === 4)
    peer.end()
    await until(() => rack.connections === 0)
    expect(await read(rack, '/apps/myapp/builds')).toHaveLength(2)
  })
})

describe('external builds', () => {
  test('the rack creates the build, the builder reports its progress, and a release uses it', async () => {
    const rack = await startRack()
    const created = JSON.parse((await send(rack, 'POST /apps/myapp/builds', { external: 'true', url: '' })).body)
    expect(created).toMatchObject({ status: 'created', release: '', ended: '0001-01-01T00:00:00Z' })
    expect(new URL(created.repository).password).not.toBe('')
    const manifest = 'services:\n  web:\n    image: x\n'
    const path = `/apps/myapp/builds/${created.id}`
    await send(rack, `PUT ${path}`, { manifest, started: '20261124.120000.500000000' })
    const release = JSON.parse((await send(rack, 'POST /apps/myapp/releases', { build: created.id })).body)
    expect(release.manifest).toBe(manifest)
    await send(rack, `PUT ${path}`, { status: 'complete', release: release.id, ended: '2026-11-24T12:01:00Z' })
    expect(await read(rack, path)).toMatchObject({
      ...{ status: 'complete', release: release.id, manifest },
      ...{ started: '2026-11-24T12:00:00.5Z', ended: '2026-11-24T12:01:00Z' },
    })
  })

  test.each(['yesterday', '20261324.120000.000000000', '2026', ''])('%j is no time', async (ended) => {
    const rack = await startRack()
    const [{ id }] = await read(rack, '/apps/myapp/builds')
    expect(await send(rack, `PUT /apps/myapp/builds/${id}`, { ended, status: 'failed' })).toMatchObject({ status: 400 })
    expect(await read(rack, `/apps/myapp/builds/${id}`)).toMatchObject({ status: 'complete' })
  })

  test('an image is fetched in the background, with credentials that are not shown', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const { id } = JSON.parse((await send(rack, 'POST /apps/myapp/builds', { external: 'true' })).body)
    const form = { image: 'r.test/x:1', 'src-creds-user': 'u', 'src-creds-pass': 'srcsecret' }
    expect(await send(rack, `POST /apps/myapp/builds/${id}/image`, form)).toMatchObject({ status: 202, body: '' })
    expect(await read(rack, `/apps/myapp/builds/${id}`)).toMatchObject({ status: 'created' })
    await clock.advance(1000)
    const build = await read(rack, `/apps/myapp/builds/${id}`)
    expect(build).toMatchObject({ status: 'complete' })
    expect(JSON.stringify(build)).not.toContain('srcsecret')
    expect((await send(rack, `POST /apps/myapp/builds/${id}/image`)).body).toBe('image is required\n')
  })

  test('the log of an external build opens, and is empty at first', async () => {
    const rack = await startRack()
    const { id } = JSON.parse((await send(rack, 'POST /apps/myapp/builds', { external: 'true' })).body)
    const logs = await open(rack, `/apps/myapp/builds/${id}/logs`)
    expect(logs.response.status).toBe(101)
    expect(logs.frames).toEqual([])
  })
})

describe('the data of resources', () => {
  const path = '/apps/myapp/resources/database/data'

  test('imported bytes are exported unchanged', async () => {
    const rack = await startRack()
    const data = String.fromCharCode(...Array.from({ length: 4096 }, (_, at) => at % 256))
    expect((await uploadChunked(rack, `PUT ${path}`, [data, data])).body).toBe('ok\n')
    expect((await ask(rack, `GET ${path}?`)).body).toBe(data + data)
    expect(rack.received[0]?.body).toMatchObject({ length: 8192, sha256: sha256(data + data) })
    expect((await ask(rack, 'GET /apps/otherapp/resources/database/data')).body).not.toBe(data + data)
  })

  test('a missing resource has no data', async () => {
    const rack = await startRack()
    expect((await ask(rack, 'GET /apps/myapp/resources/nosuch/data')).body).toBe('resource not found: nosuch\n')
    expect((await upload(rack, 'PUT /apps/myapp/resources/nosuch/data', 'x')).status).toBe(404)
  })

  test('a console says each line back and ends without a marker', async () => {
    const socket = await open(await startRack(), '/apps/myapp/resources/database/console')
    socket.sendText('SELECT 1;\nSELECT')
    socket.sendText(' 2;\n\\q\nnever')
    expect(await socket.end()).toBe('database=> SELECT 1;\ndatabase=> SELECT 2;\ndatabase=> ')
  })

  test('a console of a missing resource is an error in the stream', async () => {
    const socket = await open(await startRack(), '/apps/myapp/resources/nosuch/console')
    expect(await socket.end()).toBe('ERROR: resource not found: nosuch\n')
  })
})

describe('command sequences that no recording has', () => {
  test('apps export, then apps import as another app', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const { release } = await read(rack, '/apps/myapp')
    const { env, build } = await read(rack, `/apps/myapp/releases/${release}`)
    const archive = (await ask(rack, `GET /apps/myapp/builds/${build}.tgz?`)).body
    const data = (await ask(rack, 'GET /apps/myapp/resources/database/data?')).body
    await send(rack, 'POST /apps', { name: 'copy' })
    expect(await read(rack, '/apps/copy')).toMatchObject({ status: 'running' })
    const imported = JSON.parse((await uploadChunked(rack, 'POST /apps/copy/builds/import?', [archive])).body)
    const made = JSON.parse((await send(rack, 'POST /apps/copy/releases?', { build: imported.id, env })).body)
    await send(rack, `POST /apps/copy/releases/${made.id}/promote?`)
    await clock.advance(1000)
    expect(await read(rack, '/apps/copy')).toMatchObject({ status: 'running', release: made.id })
    expect((await uploadChunked(rack, 'PUT /apps/copy/resources/database/data?', [data])).body).toBe('ok\n')
    await send(rack, 'PUT /apps/copy', { parameters: 'BuildCpu=250' })
    expect(await read(rack, `/apps/copy/releases/${made.id}`)).toMatchObject({ env, build: imported.id })
    expect(await read(rack, '/apps/copy/processes')).toHaveLength(3)
  })

  test('releases create-from sends build, env and description', async () => {
    const rack = await startRack()
    const [, old] = await read(rack, '/apps/myapp/releases')
    const form = { build: old.build, env: 'A=1', description: 'from old', 'parent-release': old.id }
    const { id } = JSON.parse((await send(rack, 'POST /apps/myapp/releases', form)).body)
    expect(await read(rack, `/apps/myapp/releases/${id}`)).toMatchObject({ ...{ build: old.build, env: 'A=1' } })
    expect(rack.received.at(-2)?.parameters).toEqual(form)
  })

  test('processes are listed by service and by release', async () => {
    const rack = await startRack()
    const [current, old] = await read(rack, '/apps/myapp/releases')
    const run = ['Command: sleep 5', `Release: ${old.id}`]
    await ask(rack, 'POST /apps/myapp/services/command/processes', run)
    const count = async (query: string) => (await read(rack, `/apps/myapp/processes?${query}`)).length
    expect(await count(`release=${old.id}`)).toBe(1)
    expect(await count(`release=${current.id}`)).toBe(3)
    expect(await count(`release=${old.id}&service=web`)).toBe(0)
    expect(await count('service=web')).toBe(2)
  })
})

describe('manifests', () => {
  test('a service of a release that runs has its own environment and scale', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    expect(await read(rack, '/apps/myapp/manifest/services/command')).toEqual({
      name: 'command',
      scale: { min: 0, max: 0 },
    })
    const manifest =
      'environment:\n  - GLOBAL=1\nservices:\n  web:\n    environment:\n      - KEY=default\n      - OTHER\n    build: .\n    scale: 2\ntimers:\n  web:\n    scale: 9\n'
    const { id } = JSON.parse((await send(rack, 'POST /apps/myapp/builds', { external: 'true', manifest })).body)
    const release = JSON.parse((await send(rack, 'POST /apps/myapp/releases', { build: id })).body)
    await send(rack, `POST /apps/myapp/releases/${release.id}/promote`)
    expect(await read(rack, '/apps/myapp/manifest/services/web')).toEqual({
      ...{ name: 'web', environment: ['KEY=default', 'OTHER'], scale: { min: 2, max: 2 } },
    })
    expect((await ask(rack, 'GET /apps/myapp/manifest/services/worker')).body).toBe(
      'service worker not found in manifest for app myapp\n',
    )
  })

  test('any text is read without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => void readServices(`services:\n${text}`)))
  })
})
