import { createHash } from 'node:crypto'
import { download, upload } from '../loads/transfers.ts'
import { wholeSubjects } from './calls.ts'
import { get, head } from './request.ts'
import type { Load, Place, Work } from './work.ts'

const megabytes100 = 100_000_000
const gibibyte = 1024 ** 3

interface TransferWork {
  readonly name: string
  readonly title: string
  readonly length: number
  readonly times: number
  /** Moves so many bytes, so many times. */
  run(place: Place, length: number, times: number): ReturnType<Load['run']>
  expectSame(places: readonly Place[]): Promise<void>
}

function transferWork({ name, title, length, times, run, expectSame }: TransferWork): Work {
  const load: Load = {
    title: times === 1 ? '1 transfer' : `${times} transfers, one after another`,
    connections: 1,
    run: (place) => run(place, length, times),
  }
  const first: Load = { ...load, run: (place) => run(place, megabytes100, 1) }
  const warmUp = { ...first, count: 200, times: 2 }
  return { name, title, unit: 'MB', subjects: wholeSubjects, loads: [load], warmUp, expectSame }
}

/** `convox builds export`. The build's id contains the number of bytes that the rack sends. */
function exportRequest({ url, password }: Place, length: number): Buffer {
  return get(`/apps/app-0/builds/B${length}.tgz?`, url, password('deployer'))
}

const exported = (place: Place, length: number, times: number) =>
  download({ url: place.url, request: exportRequest(place, length), length, times })

async function expectSameBytes(places: readonly Place[]): Promise<void> {
  const digests = new Set<string>()
  for (const place of places) {
    const hash = createHash('sha256')
    const request = exportRequest(place, megabytes100)
    const onBody = (part: Buffer) => void hash.update(part)
    await download({ url: place.url, request, length: megabytes100, times: 1, onBody })
    digests.add(hash.digest('hex'))
    if (digests.size > 1) throw new Error(`other bytes came from ${place.name}`)
  }
}

/** `convox builds import`. The rack's answer contains the number of bytes that it received. */
function imported(framing: 'chunked' | 'length') {
  return (place: Place, length: number, times: number) => {
    const { url, password } = place
    const framed = framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
    const headers = ['Content-Type: application/octet-stream', framed]
    const start = head('POST /apps/app-0/builds/import?', url, password('deployer'), headers)
    return upload({ url, head: start, framing, length, times, expectAnswer: expectLength(length) })
  }
}

function expectLength(length: number): (body: Buffer) => void {
  return function expectAnswer(body) {
    const { description } = JSON.parse(body.toString()) as { readonly description: string }
    if (description !== `${length} bytes`) throw new Error(`the rack got ${description} instead of ${length}`)
  }
}

function expectImported(framing: 'chunked' | 'length'): Work['expectSame'] {
  return async (places) => {
    for (const place of places) await imported(framing)(place, 1_000_000, 1)
  }
}

/** 100 MB in each direction, and, for the targets, 1 GiB in each direction. */
export const transfers: readonly Work[] = [
  transferWork({
    name: 'download',
    title: 'GET /apps/{app}/builds/{id}.tgz, 100 MB down',
    length: megabytes100,
    times: 3,
    run: exported,
    expectSame: expectSameBytes,
  }),
  transferWork({
    name: 'upload',
    title: 'POST /apps/{app}/builds/import, 100 MB up, with a Content-Length',
    length: megabytes100,
    times: 3,
    run: imported('length'),
    expectSame: expectImported('length'),
  }),
  transferWork({
    name: 'buildsExport',
    title: 'builds export, 1 GiB down',
    length: gibibyte,
    times: 1,
    run: exported,
    expectSame: expectSameBytes,
  }),
  transferWork({
    name: 'buildsImport',
    title: 'builds import, 1 GiB up, in chunks',
    length: gibibyte,
    times: 1,
    run: imported('chunked'),
    expectSame: expectImported('chunked'),
  }),
]
