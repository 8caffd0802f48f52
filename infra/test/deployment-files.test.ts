import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { containerMiB, heapMiB } from '@rack-gateway/config'
import { mustHavePrograms } from '@rack-gateway/testing/installed-programs'
import { DCLinter } from 'dclint'
import { validate } from 'dockerfile-utils'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const read = (name: string) => readFileSync(path(name), 'utf8')

describe('Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean)
  const stages = instructions.flatMap((line, index) => (line.startsWith('FROM ') ? [index] : []))
  const last = instructions.slice(stages.at(-1))

  test('is one that Docker reads', () => {
    expect(validate(read('Dockerfile'))).toEqual([])
    expect(validate('FROM x\nUSR y\n')).not.toEqual([])
  })

  test('ends with a stage that has Node 24 and the gateway, and no build tools', () => {
    expect(instructions[0]).toMatch(/^ARG NODE_IMAGE=node:24-/)
    expect(stages).toHaveLength(2)
    expect(last.filter((line) => line.startsWith('COPY ')).every((line) => line.includes('--from=build'))).toBe(true)
    expect(last.filter((line) => /\b(?:npm|pnpm|npx|apt-get|curl|wget)\b/.test(line))).toEqual([])
  })

  test('runs as an unprivileged user, and Node itself receives the signals', () => {
    expect(last).toContain('USER 65532:65532')
    expect(last.findIndex((line) => line.startsWith('RUN '))).toBeLessThan(last.indexOf('USER 65532:65532'))
    expect(last.at(-1)).toBe('CMD ["node", "dist/main.js"]')
    expect(last).toContain('STOPSIGNAL SIGTERM')
  })

  test('gets only the listed sources, and no secret', () => {
    const ignored = readFileSync(fileURLToPath(new URL('../../.dockerignore', import.meta.url)), 'utf8').split('\n')
    expect(ignored.filter((line) => line !== '' && !line.startsWith('#'))[0]).toBe('**')
    expect(ignored).toEqual(expect.arrayContaining(['**/.env', '**/*.env', '**/node_modules', '**/.data']))
    expect(ignored).not.toContain('!.git')
  })
})

interface Service {
  readonly cap_drop: readonly string[]
  readonly read_only: boolean
  readonly security_opt: readonly string[]
  readonly networks: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly stop_grace_period: string
}

/** Checks compose files by their schema, and by all rules except those about the order of keys. */
function faultsOf(file: string): unknown[] {
  const sorting = ['service-keys-order', 'services-alphabetical-order', 'require-quotes-in-ports']
  const rules = Object.fromEntries(sorting.map((rule) => [rule, 0 as const]))
  const results: readonly { messages: unknown[] }[] = new DCLinter({
    rules,
    quiet: true,
    debug: false,
    exclude: [],
  }).lintFiles([file], false)
  expect(results).toHaveLength(1)
  return results.flatMap(({ messages }) => messages)
}

describe('prometheus/alerts.yaml', () => {
  const { groups } = parse(read('prometheus/alerts.yaml')) as {
    groups: { name: string; rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)

  test('has rules of its own names, with a summary and a remedy', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { annotations } of rules) expect(Object.keys(annotations)).toEqual(['summary', 'description'])
  })

  test.each(rules)('$alert uses metrics of the reference', ({ expr }) => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/reference/metrics.md', import.meta.url)), 'utf8')
    const names = expr.match(/\b(?:rack_gateway|process|nodejs)_\w+/g) ?? []
    expect(names).not.toEqual([])
    expect(names.filter((name) => !page.includes(`\`${name.replace(/_bucket$/, '')}\` (`))).toEqual([])
  })
})

describe('compose.yaml', () => {
  const { services, networks } = parse(read('compose.yaml')) as {
    services: { gateway: Service; database: Service }
    networks: { inside: { internal: boolean } }
  }

  test('has no error by its schema and linter', () => {
    expect(faultsOf(path('compose.yaml'))).toEqual([])
    const broken = join(mkdtempSync(join(tmpdir(), 'rack-gateway-compose-')), 'compose.yaml')
    writeFileSync(broken, read('compose.yaml').replace('stop_grace_period', 'stop_grace'))
    expect(faultsOf(broken)).not.toEqual([])
    rmSync(dirname(broken), { recursive: true })
  })

  test.each(['gateway', 'database'] as const)('%s has no more rights than it needs', (name) => {
    const service = services[name]
    expect(service.cap_drop).toEqual(['ALL'])
    expect(service.read_only).toBe(true)
    expect(service.security_opt).toEqual(['no-new-privileges:true'])
  })

  test('PostgreSQL is reached by the gateway alone, and the gateway from this machine alone', () => {
    expect(networks.inside.internal).toBe(true)
    expect(services.database.networks).toEqual(['inside'])
    expect(services.database.ports).toBeUndefined()
    expect(services.gateway.ports).toEqual(['127.0.0.1:8447:8447'])
  })

  test('the gateway has two logins, and not that of the superuser', () => {
    const { DATABASE_URL: runtime, DATABASE_OWNER_URL: owner } = services.gateway.environment
    expect(runtime).toMatch(/^postgres:\/\/gateway_runtime:/)
    expect(owner).toMatch(/^postgres:\/\/gateway_owner:/)
    expect(JSON.stringify(services.gateway)).not.toContain('POSTGRES_PASSWORD')
    expect(Number.parseInt(services.gateway.stop_grace_period, 10)).toBeGreaterThan(30)
  })
})

test('convox.yml: streams are not cut, and a process gets the time to end them', () => {
  const { services, environment } = parse(read('convox/convox.yml')) as {
    services: { gateway: { build: { manifest: string }; [key: string]: unknown } }
    environment: readonly string[]
  }
  const { build, port, timeout, termination, health, scale } = services.gateway
  expect({ port, timeout, termination }).toEqual({ port: 8447, timeout: 86_400, termination: { grace: 40 } })
  expect(health).toMatchObject({ path: '/gateway/health/live' })
  expect(scale).toMatchObject({ count: 2 })
  expect(existsSync(path(`../${build.manifest}`))).toBe(true)
  // The file has names without values, because values would be secrets. It omits RACK_URL, which the rack itself sets.
  expect(environment.filter((one) => one.includes('='))).toEqual([])
  expect(environment).not.toContain('RACK_URL')
})

describe('rack-gateway.service', () => {
  const unit = path('systemd/rack-gateway.service')

  test('waits for the gateway to end, and is not started again with a configuration that is wrong', () => {
    const lines = read('systemd/rack-gateway.service').split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'ExecStart=/usr/bin/node dist/main.js',
        'TimeoutStopSec=40',
        'RestartPreventExitStatus=78',
      ]),
    )
  })

  test('is one that systemd reads, and is confined', ({ skip }) => {
    const analyze = (...args: readonly string[]) =>
      execFileSync('systemd-analyze', args, { encoding: 'utf8', stdio: 'pipe' })
    try {
      analyze('--version')
    } catch {
      if (mustHavePrograms) throw new Error('systemd-analyze is missing. Run: apt-get install systemd')
      skip('systemd is not installed')
    }
    // /bin/true replaces Node, which some machines have elsewhere. The exit code is 0 even if stderr has problems.
    const verify = (text: string) => {
      const directory = mkdtempSync(join(tmpdir(), 'unit-'))
      onTestFinished(() => rmSync(directory, { recursive: true }))
      const file = join(directory, 'rack-gateway.service')
      writeFileSync(file, text.replace('/usr/bin/node', '/bin/true'))
      return spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' }).stderr
    }
    const text = read('systemd/rack-gateway.service')
    expect(verify(text)).toBe('')
    expect(verify(text.replace('ProtectHome=', 'ProtectHomes='))).toContain('ProtectHomes')
    // The exposure is from 0 to 100, and 100 is an unconfined service. The command fails if it is above the threshold.
    analyze('security', '--offline=true', '--threshold=15', unit)
  })
})

describe('memory', () => {
  const heapFlags = {
    Dockerfile: /^ENV .*NODE_OPTIONS=(.*)$/m.exec(read('Dockerfile'))?.[1],
    'systemd/rack-gateway.service': /^Environment=NODE_OPTIONS=(.*)$/m.exec(read('systemd/rack-gateway.service'))?.[1],
  }
  const limits = {
    'compose.yaml': /^ {4}mem_limit: (\d+)m$/m.exec(read('compose.yaml'))?.[1],
    'convox/convox.yml': /^ {6}memory: (\d+)$/m.exec(read('convox/convox.yml'))?.[1],
    'systemd/rack-gateway.service': /^MemoryMax=(\d+)M$/m.exec(read('systemd/rack-gateway.service'))?.[1],
  }

  test.each(Object.entries(heapFlags))('%s limits the heap', (_, options) => {
    expect(options).toBe(`--max-old-space-size=${heapMiB}`)
  })

  test.each(Object.entries(limits))('%s has enough for the heap, the rest of the process, and one child', (_, MiB) => {
    expect(Number(MiB)).toBeGreaterThanOrEqual(containerMiB)
  })

  test('is limited in every file that runs the gateway', () => {
    const files = readdirSync(path('.'), { recursive: true, encoding: 'utf8' })
      .filter((name) => !/(?:^|\/)(?:node_modules|test|dist-test)\//.test(name) && /\.(?:ya?ml|service)$/.test(name))
      .filter((name) => !/^(?:kubernetes|prometheus|proxies)\//.test(name))
      .sort()
    expect(files).toEqual(Object.keys(limits))
  })
})

test('compose.yaml: the health check is that of the image, at the port of the metrics, which is not published', () => {
  const { gateway } = parse(read('compose.yaml')).services
  expect(gateway.healthcheck).toBeUndefined()
  expect(gateway.environment.METRICS_PORT).toBe('9464')
  expect(gateway.ports.join(' ')).not.toContain('9464')
})
