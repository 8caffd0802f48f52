/** What the check before convox adds to a command when the caller's policy is known: `--no-precheck` and without, in turns. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compilePolicy } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { machine } from './machine.ts'
import { percentile } from './report/statistics.ts'

/** Stands for a word that is another one each time: such a command isn't remembered. */
const eachTime = 'R{round}'
const rounds = Number(process.argv[2] ?? 200)
const commands = [
  ['apps'],
  ['releases', 'promote', 'R1', '-a', 'web'],
  ['releases', 'promote', eachTime, '-a', 'web'],
  ['env', 'set', 'A=b', '-a', 'web'],
  ['deploy', '-a', 'web'],
]
const cli = fileURLToPath(new URL('../../apps/cli/dist/rack-gateway.js', import.meta.url))

const home = mkdtempSync(join(tmpdir(), 'rack-gateway-bench-'))
const gateway = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end(effectivePolicy())
})
try {
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  writeConfig(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`)
  console.log(JSON.stringify({ ...machine(null), node: process.version }))
  for (const words of commands) {
    await warm(words)
    report(words, measure(words))
  }
} finally {
  gateway.close()
  rmSync(home, { recursive: true, force: true })
}

interface Pair {
  readonly without: number
  readonly with: number
}

/** In turns, so that whatever else the machine does falls on both alike. */
function measure(words: readonly string[]): Pair[] {
  return Array.from({ length: rounds }, (_, round) => {
    const now = words.map((word) => word.replace(eachTime, `R${round}`))
    if (round % 2 === 0) return { without: timed(['--no-precheck', ...now]), with: timed(now) }
    const checked = timed(now)
    return { without: timed(['--no-precheck', ...now]), with: checked }
  })
}

function timed(words: readonly string[]): number {
  const begun = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, [cli, ...words], { env: environment(), stdio: 'ignore' })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`)
  return Number(process.hrtime.bigint() - begun) / 1e6
}

/** The first time, the gateway is asked, and its answer kept. */
async function warm(words: readonly string[]): Promise<void> {
  const { spawn } = await import('node:child_process')
  for (let time = 0; time < 5; time++) {
    await once(spawn(process.execPath, [cli, ...words], { env: environment(), stdio: 'ignore' }), 'close')
  }
}

function report(words: readonly string[], pairs: readonly Pair[]): void {
  const of = (values: readonly number[]) => Float64Array.from(values).sort()
  const [without, checked, added] = [
    of(pairs.map((pair) => pair.without)),
    of(pairs.map((pair) => pair.with)),
    of(pairs.map((pair) => pair.with - pair.without)),
  ]
  const shown = (values: Float64Array | undefined, percent: number) =>
    values === undefined ? '' : percentile(values, percent).toFixed(1)
  console.log(
    `${words.join(' ')}: ${shown(without, 50)} ms without, ${shown(checked, 50)} ms with; added per pair: median ${shown(added, 50)} ms, from ${shown(added, 25)} to ${shown(added, 75)} for the middle half (load ${loadavg()[0]?.toFixed(1)})`,
  )
}

function environment(): NodeJS.ProcessEnv {
  return { HOME: home, PATH: process.env.PATH, RACK_GATEWAY_CONFIG_DIR: join(home, 'config'), CONVOX_BIN: '/bin/true' }
}

function writeConfig(url: string): void {
  mkdirSync(join(home, 'config'), { mode: 0o700 })
  const config = {
    gateways: { bench: { url, rack: 'bench' } },
    tokens: { bench: { token: 'rgs_bench' } },
    current: 'bench',
  }
  writeFileSync(join(home, 'config', 'config.json'), JSON.stringify(config), { mode: 0o600 })
}

function effectivePolicy(): string {
  const document = builtInPolicy()
  const bindings = ['deployer', 'viewer', 'ops', 'ci', 'deployer', 'viewer'].map((role, index) => ({
    id: `b${index}`,
    role,
    racks: index > 3 ? 'staging' : '*',
    apps: '*',
    expiresAt: null,
  }))
  const principal = { kind: 'user', id: 'u', name: 'ada@example.com', rack: null, groups: [], bindings, owner: null }
  return JSON.stringify({ format: 1, rack: 'bench', policy: compilePolicy(document).hash, document, principal })
}
