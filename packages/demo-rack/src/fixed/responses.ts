export interface FixedResponse {
  readonly headers: readonly string[]
  readonly body: Buffer
}

const created = '2026-01-01T00:00:00Z'
const manifest = 'services:\n  web:\n    build: .\n'

/** 50 lines. Every fifth name counts as a secret for the policy. */
const env = Array.from({ length: 50 }, (_, index) => {
  const name = index % 5 === 0 ? `SERVICE_${index}_PASSWORD` : `SETTING_${index}`
  return `${name}=value-${'x'.repeat(20)}-${index}`
}).join('\n')

const newest = release(0, env)

/** `GET /apps`: ten apps, 2 KB. */
export const apps = prepareResponse(
  Array.from({ length: 10 }, (_, index) => ({
    generation: '3',
    locked: false,
    name: `app-${index}`,
    release: 'RAAAAAAAAAA',
    router: `app-${index}.bench.convox.test`,
    status: 'running',
    parameters: { BuildCpu: '250' },
  })),
)

/** `GET /apps/{app}/releases`: ten releases. Only the newest has variables (50). */
export const releases = prepareResponse([newest, ...Array.from({ length: 9 }, (_, index) => release(index + 1, ''))])

let large: FixedResponse | null = null

/** `GET /apps/app-large/releases`: 10 MB, in which every release shows 50 variables. */
export function largeReleases(): FixedResponse {
  large ??= prepareResponse(Array.from({ length: 4_800 }, (_, index) => release(index % 26, env)))
  return large
}

/** `GET /apps/{app}/releases/{release}`, with 50 variables. */
export const oneRelease = prepareResponse(newest)

/** A new release: the response to every change that has no other response in this file. */
export const newRelease = prepareResponse(release(0, 'PLAIN=value\nRAILS_ENV=production'))

/** The response to an uploaded object: its address. */
export const storedObject = prepareResponse({ Url: 'object://app-0/tmp/bench.tgz' })

const plainBuild = {
  id: 'BAAAAAAAAAA',
  app: 'app-0',
  description: '',
  entrypoint: '',
  'git-sha': '',
  logs: '',
  manifest,
  process: '',
  release: 'RAAAAAAAAAA',
  reason: '',
  repository: 'https://u:p@registry.bench.convox.test/app-0',
  status: 'complete',
  started: created,
  ended: created,
}

export const build = prepareResponse(plainBuild)

export function importedBuild(bytes: number): FixedResponse {
  return prepareResponse({ ...plainBuild, description: `${bytes} bytes` })
}

export const acceptedUpload: FixedResponse = {
  headers: ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', '3'],
  body: Buffer.from('ok\n'),
}

function release(age: number, variables: string) {
  return {
    id: `RAAAAAAAAA${String.fromCharCode(65 + age)}`,
    app: 'app-0',
    build: 'BAAAAAAAAAA',
    env: variables,
    manifest,
    description: 'env change',
    created,
  }
}

function prepareResponse(value: unknown): FixedResponse {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
  return { body, headers: ['Content-Type', 'application/json', 'Content-Length', String(body.length)] }
}
