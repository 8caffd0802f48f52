import { createHash } from 'node:crypto'
import { download, upload } from '../loads/transfers.ts'
import { standaloneSubjects } from './calls.ts'
import { get, head } from './request.ts'
import type { Load, LoadTarget, Workload } from './workload.ts'

const megabytes100 = 100_000_000
const gibibyte = 1024 ** 3

interface TransferWorkload {
  readonly name: string
  readonly title: string
  readonly length: number
  readonly times: number
  run(target: LoadTarget, length: number, times: number): ReturnType<Load['run']>
  expectSame(targets: readonly LoadTarget[]): Promise<void>
}

function transferWorkload({ name, title, length, times, run, expectSame }: TransferWorkload): Workload {
  const load: Load = {
    title: times === 1 ? '1 transfer' : `${times} transfers, one after another`,
    connections: 1,
    run: (target) => run(target, length, times),
  }
  const warmUp = { ...load, run: (target: LoadTarget) => run(target, megabytes100, 1), count: 200, times: 2 }
  return { name, title, unit: 'MB', subjects: standaloneSubjects, loads: [load], warmUp, expectSame }
}

/** `convox builds export`. The build's ID contains the number of bytes that the rack sends. */
function exportRequest({ url, password }: LoadTarget, length: number): Buffer {
  return get(`/apps/app-0/builds/B${length}.tgz?`, url, password('deployer'))
}

const runExport = (target: LoadTarget, length: number, times: number) =>
  download({ url: target.url, request: exportRequest(target, length), length, times })

async function expectSameBytes(targets: readonly LoadTarget[]): Promise<void> {
  const digests = new Set<string>()
  for (const target of targets) {
    const hash = createHash('sha256')
    const request = exportRequest(target, megabytes100)
    const onBody = (part: Buffer) => void hash.update(part)
    await download({ url: target.url, request, length: megabytes100, times: 1, onBody })
    digests.add(hash.digest('hex'))
    if (digests.size > 1) throw new Error(`${target.name} sent other bytes than the subjects before it`)
  }
}

/** `convox builds import`. The rack's response contains the number of bytes that it received. */
function importRun(framing: 'chunked' | 'length') {
  return (target: LoadTarget, length: number, times: number) => {
    const { url, password } = target
    const framingHeader = framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
    const headers = ['Content-Type: application/octet-stream', framingHeader]
    const start = head('POST /apps/app-0/builds/import?', url, password('deployer'), headers)
    return upload({ url, head: start, framing, length, times, expectResponse: expectLength(length) })
  }
}

function expectLength(length: number): (body: Buffer) => void {
  return function expectResponse(body) {
    const { description } = JSON.parse(body.toString()) as { readonly description: string }
    if (description !== `${length} bytes`) throw new Error(`the rack got ${description} instead of ${length}`)
  }
}

function expectImported(framing: 'chunked' | 'length'): Workload['expectSame'] {
  return async (targets) => {
    for (const target of targets) await importRun(framing)(target, 1_000_000, 1)
  }
}

/** `report/targets.ts` has targets for the downloads and uploads of 1 GiB. */
export const transfers: readonly Workload[] = [
  transferWorkload({
    name: 'download',
    title: 'GET /apps/{app}/builds/{id}.tgz, 100 MB down',
    length: megabytes100,
    times: 3,
    run: runExport,
    expectSame: expectSameBytes,
  }),
  transferWorkload({
    name: 'upload',
    title: 'POST /apps/{app}/builds/import, 100 MB up, with a Content-Length',
    length: megabytes100,
    times: 3,
    run: importRun('length'),
    expectSame: expectImported('length'),
  }),
  transferWorkload({
    name: 'buildsExport',
    title: 'builds export, 1 GiB down',
    length: gibibyte,
    times: 1,
    run: runExport,
    expectSame: expectSameBytes,
  }),
  transferWorkload({
    name: 'buildsImport',
    title: 'builds import, 1 GiB up, in chunks',
    length: gibibyte,
    times: 1,
    run: importRun('chunked'),
    expectSame: expectImported('chunked'),
  }),
]
