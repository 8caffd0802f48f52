import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const workflows = fileURLToPath(new URL('../../.github/workflows', import.meta.url))
const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8')

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly needs?: string | readonly string[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, string>>[] } }
  readonly steps: readonly Step[]
}

const text = read('.github/workflows/release.yml')
const { on, permissions, jobs } = parse(text) as {
  on: { push: { tags: readonly string[] } }
  permissions: Readonly<Record<string, string>>
  jobs: Readonly<Record<string, Job>>
}
const everyJob = Object.entries(jobs)
const stepsOf = (name: string) => jobs[name]?.steps ?? []
const matrixOf = (name: string) => jobs[name]?.strategy?.matrix.include ?? []

test('a release is built from a version tag, after all checks', () => {
  expect(on).toEqual({ push: { tags: ['v*.*.*'] } })
  expect(stepsOf('check').map(({ run }) => run)).toContain('bash .ci/run')
  expect([jobs.npm?.needs, jobs.executable?.needs]).toEqual(['check', 'check'])
  expect([jobs.attest?.needs, jobs.publish?.needs]).toEqual([['npm', 'executable'], 'attest'])
})

test('every action is pinned by a commit, with its version in a comment', () => {
  const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action)
  expect(uses).not.toHaveLength(0)
  expect(uses.filter((action) => !/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  // One version of each.
  const pins = new Set(uses)
  expect(new Set(uses.map((action) => action.split('@')[0])).size).toBe(pins.size)
})

test.each(readdirSync(workflows))('every action of %s is pinned by a commit', (name) => {
  const uses = [...read(`.github/workflows/${name}`).matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action)
  expect(uses).not.toHaveLength(0)
  expect(uses.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
})

test('a package is installed only some days after its release', () => {
  const { minimumReleaseAge } = parse(read('pnpm-workspace.yaml')) as { minimumReleaseAge?: number }
  expect(minimumReleaseAge).toBeGreaterThanOrEqual(3 * 24 * 60)
})

test('a job with write permission runs no code of the repository or of packages', () => {
  expect(permissions).toEqual({ contents: 'read' })
  const writing = everyJob.filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'))
  expect(writing.map(([name]) => name)).toEqual(['attest', 'publish'])
  for (const [, { steps }] of writing) {
    expect(steps.some(({ uses = '' }) => uses.startsWith('actions/checkout@'))).toBe(false)
    expect(steps.some(({ run = '' }) => /(?:^|[\s;&|(])(?:node|npm|npx|pnpm)\s/m.test(run))).toBe(false)
  }
})

test('no command contains an expression, whose value could inject another command', () => {
  const commands = everyJob.flatMap(([, { steps }]) => steps.map(({ run = '' }) => run))
  expect(commands.filter((command) => command.includes('${{'))).toEqual([])
})

test('each target has its executable, and each of these its provenance and bill of materials', async () => {
  const { targets, executableName } = (await import(
    fileURLToPath(new URL('../executables/targets.mjs', import.meta.url))
  )) as { targets: readonly string[]; executableName: (target: string) => string }
  expect(matrixOf('executable').map(({ target }) => target)).toEqual(targets)
  expect(matrixOf('attest').map(({ name }) => name)).toEqual([...targets.map(executableName), 'rack-gateway-npm'])
  const attested = stepsOf('attest').map(({ uses = '', with: given }) => [uses.split('@')[0], given?.['subject-path']])
  expect(attested).toEqual(
    expect.arrayContaining([
      ['actions/attest-build-provenance', 'subjects/*'],
      ['actions/attest-sbom', 'subjects/*'],
    ]),
  )
  expect(stepsOf('publish').map(({ run }) => run)).toContain('sha256sum -- * >SHA256SUMS')
})

test('the release contains the files that install.sh downloads', async () => {
  const script = read('infra/install.sh')
  expect(script).toContain('name=rack-gateway-$target.gz')
  expect(text).toMatch(/out\/rack-gateway-\$\{\{ matrix\.target \}\}\.gz$/m)
  expect(text).toContain('cp infra/install.sh out/')
})
