import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DemoRack } from './demo-rack.ts'
import { readTar, writeTar } from './process/tar.ts'
import { ask, startRack } from './testing/client.ts'

async function upload(rack: DemoRack, process: string, files: readonly { path: string; content: Buffer }[]) {
  return ask(rack, `POST /apps/myapp/processes/${process}/files?`, [], writeTar(files).toString('latin1'))
}

async function firstProcess(rack: DemoRack): Promise<string> {
  return JSON.parse((await ask(rack, 'GET /apps/myapp/processes')).body)[0].id
}

describe('cp', () => {
  test('an uploaded file can be downloaded until it is deleted', async () => {
    const rack = await startRack()
    const id = await firstProcess(rack)
    const content = Buffer.from([0, 1, 255, 10])
    expect((await upload(rack, id, [{ path: '/app/f.bin', content }])).body).toBe('ok\n')
    const down = await ask(rack, `GET /apps/myapp/processes/${id}/files?file=%2Fapp%2Ff.bin`)
    expect(readTar(Buffer.from(down.body, 'latin1'))).toEqual([{ path: '/app/f.bin', content }])
    expect((await ask(rack, `DELETE /apps/myapp/processes/${id}/files?files=/app/f.bin,/other`)).body).toBe('ok\n')
    expect((await ask(rack, `GET /apps/myapp/processes/${id}/files?file=/app/f.bin`)).status).toBe(404)
  })

  test('the download of a directory contains all files below it, and no others', async () => {
    const rack = await startRack()
    const id = await firstProcess(rack)
    const file = (path: string) => ({ path, content: Buffer.from(path) })
    await upload(rack, id, ['/app/a', '/app/b/c', '/apple'].map(file))
    const down = await ask(rack, `GET /apps/myapp/processes/${id}/files?file=/app`)
    expect(readTar(Buffer.from(down.body, 'latin1')).map(({ path }) => path)).toEqual(['/app/a', '/app/b/c'])
  })

  test('the header Files can name the files to delete, and a process is deleted with its files', async () => {
    const rack = await startRack()
    const id = await firstProcess(rack)
    await upload(rack, id, [{ path: '/a', content: Buffer.from('a') }])
    await ask(rack, `DELETE /apps/myapp/processes/${id}/files`, ['Files: /a'])
    expect((await ask(rack, `GET /apps/myapp/processes/${id}/files?file=/a`)).body).toBe('file not found: /a\n')
    await ask(rack, `DELETE /apps/myapp/processes/${id}`)
    expect(await upload(rack, id, [])).toMatchObject({ status: 404, body: `process not found: ${id}\n` })
  })
})

describe('tar', () => {
  test('files are written and read back, whatever their content', () => {
    const files = fc.array(
      fc.record({ path: fc.stringMatching(/^\/[a-z/]{1,40}[a-z]$/), content: fc.uint8Array({ maxLength: 2000 }) }),
    )
    fc.assert(
      fc.property(files, (given) => {
        const written = given.map(({ path, content }) => ({ path, content: Buffer.from(content) }))
        const read = readTar(writeTar(written))
        expect(read.map(({ path, content }) => [path, [...content]])).toEqual(
          given.map(({ path, content }) => [path, [...content]]),
        )
      }),
    )
  })

  test('any bytes are read without an error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void readTar(Buffer.from(bytes))))
  })
})

describe('objects', () => {
  test('are stored, listed by prefix, fetched and deleted', async () => {
    const rack = await startRack()
    expect((await ask(rack, 'POST /apps/myapp/objects/tmp/a%20b.tgz', [], 'one')).body).toContain(
      '"Url": "object://myapp/tmp/a b.tgz"',
    )
    await ask(rack, 'POST /apps/myapp/objects/other//x', [], 'two')
    expect(JSON.parse((await ask(rack, 'GET /apps/myapp/objects?prefix=other')).body)).toEqual(['other//x'])
    expect((await ask(rack, 'GET /apps/myapp/objects/other//x')).body).toBe('two')
    expect((await ask(rack, 'DELETE /apps/myapp/objects/other//x')).body).toBe('ok\n')
    expect((await ask(rack, 'DELETE /apps/myapp/objects/other//x')).status).toBe(404)
  })

  test('an object without a name gets one; HEAD is 200 even for a missing object; dots do not leave the directory', async () => {
    const rack = await startRack()
    expect((await ask(rack, 'POST /apps/myapp/objects/', [], 'one')).body).toMatch(/object:\/\/myapp\/[0-9a-f]{64}"/)
    expect((await ask(rack, 'HEAD /apps/myapp/objects/nosuch')).status).toBe(200)
    expect((await ask(rack, 'GET /apps/myapp/objects/../../system')).status).toBe(400)
    expect((await ask(rack, 'POST /apps/myapp/objects/a/%2e%2e/b', [], 'x')).status).toBe(400)
  })
})
