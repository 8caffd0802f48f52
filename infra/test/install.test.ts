import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../install.sh', import.meta.url))
const nobody = 65_534

let home: string
let server: Server
let releases: string
let files: Map<string, Buffer>

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-install-'))
  files = new Map()
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    response.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  releases = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1.2.3`
})

afterEach(() => {
  server.close()
  rmSync(home, { recursive: true, force: true })
})

/** A program that is sufficient for testing the installation. */
const program = (version = '1.2.3') => `#!/bin/sh\n[ "$1" = --version ] && echo "rack-gateway ${version}"\n`

function publish(name: string, content: string): void {
  const packed = gzipSync(content)
  files.set(`/v1.2.3/${name}.gz`, packed)
  const sum = createHash('sha256').update(packed).digest('hex')
  const others = files.get('/v1.2.3/SHA256SUMS')?.toString() ?? `${'0'.repeat(64)}  ${name}\n`
  files.set('/v1.2.3/SHA256SUMS', Buffer.from(`${others}${sum}  ${name}.gz\n`))
}

/** The output of `uname` on other machines. */
function fakeUname(system: string, machine: string): string {
  const directory = join(home, 'fake')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'uname'), `#!/bin/sh\n[ "$1" = -s ] && echo ${system} || echo ${machine}\n`)
  writeFileSync(join(directory, 'ldd'), '#!/bin/sh\necho "ldd (GNU libc) 2.41"\n')
  for (const name of ['uname', 'ldd']) chmodSync(join(directory, name), 0o755)
  return directory
}

/** A PATH with only these programs. */
function only(...names: readonly string[]): string {
  const directory = join(home, 'only')
  mkdirSync(directory)
  for (const name of names)
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(directory, name))
  return directory
}

const tools = ['sh', 'rm', 'mktemp', 'awk', 'cut', 'gzip', 'mkdir', 'cat', 'chmod', 'mv', 'sha256sum']

interface Installation {
  readonly code: number | null
  readonly stderr: string
}

async function install(
  args: readonly string[],
  { env = {}, asNobody = false, path = script }: { env?: NodeJS.ProcessEnv; asNobody?: boolean; path?: string } = {},
): Promise<Installation> {
  const PATH = env.PATH ?? `${fakeUname('Linux', 'x86_64')}${delimiter}${process.env.PATH}`
  const child = spawn('/bin/sh', [path, ...args], {
    env: { HOME: home, ...env, PATH },
    ...(asNobody ? { uid: nobody, gid: nobody } : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stderr = await text(child.stderr)
  return { code: await new Promise((resolve) => child.once('close', resolve)), stderr }
}

const bin = () => join(home, 'bin')
const installed = () => join(bin(), 'rack-gateway')

describe('install.sh', () => {
  test('puts the executable of this system into a directory, executable by all', async () => {
    publish('rack-gateway-linux-x64', program())
    publish('rack-gateway-linux-arm64', program('0'))
    const { code, stderr } = await install([releases, bin()])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`install: rack-gateway 1.2.3 is at ${installed()}`)
    expect(readFileSync(installed(), 'utf8')).toBe(program())
    expect(lstatSync(installed()).mode & 0o777).toBe(0o755)
    expect(readdirSync(bin())).toEqual(['rack-gateway'])
  })

  test('prints what to add to the PATH, unless it is there already', async () => {
    publish('rack-gateway-linux-x64', program())
    expect((await install([releases, bin()])).stderr).toContain(`export PATH="${bin()}:$PATH"`)
    const PATH = [fakeUname('Linux', 'x86_64'), bin(), process.env.PATH].join(delimiter)
    expect((await install([releases, bin()], { env: { PATH } })).stderr).not.toContain('export PATH')
  })

  test.each([
    ['Linux', 'aarch64', 'linux-arm64'],
    ['Darwin', 'arm64', 'darwin-arm64'],
    ['Darwin', 'x86_64', 'darwin-x64'],
  ])('on %s %s takes %s', async (system, machine, target) => {
    publish(`rack-gateway-${target}`, program())
    const PATH = `${fakeUname(system, machine)}${delimiter}${process.env.PATH}`
    const { code, stderr } = await install([releases, bin()], { env: { PATH } })
    expect(code, stderr).toBe(0)
    expect(existsSync(installed())).toBe(true)
  })

  test('replaces a link with a file, and does not change the target of the link', async () => {
    publish('rack-gateway-linux-x64', program('2.0.0'))
    mkdirSync(bin())
    writeFileSync(join(home, 'elsewhere'), 'of someone else')
    symlinkSync(join(home, 'elsewhere'), installed())
    const { code, stderr } = await install([releases, bin()])
    expect(code, stderr).toBe(0)
    expect(lstatSync(installed()).isSymbolicLink()).toBe(false)
    expect(readFileSync(join(home, 'elsewhere'), 'utf8')).toBe('of someone else')
  })

  test('takes the address from RACK_GATEWAY_RELEASES, with a slash at its end or without', async () => {
    publish('rack-gateway-linux-x64', program())
    const { code, stderr } = await install(['', bin()], { env: { RACK_GATEWAY_RELEASES: `${releases}/` } })
    expect(code, stderr).toBe(0)
  })

  test('works with wget where there is no curl', async () => {
    publish('rack-gateway-linux-x64', program())
    const PATH = [fakeUname('Linux', 'x86_64'), only(...tools, 'wget')].join(delimiter)
    const { code, stderr } = await install([releases, bin()], { env: { PATH } })
    expect(code, stderr).toBe(0)
    expect(existsSync(installed())).toBe(true)
  })

  test('takes the release from a directory, as build-executables.mjs writes it', async () => {
    const release = join(home, 'dist executables')
    mkdirSync(release)
    publish('rack-gateway-linux-x64', program())
    for (const [path, content] of files) writeFileSync(join(release, basename(path)), content)
    server.close()
    const { code, stderr } = await install([`${release}/`, bin()])
    expect(code, stderr).toBe(0)
    expect(readFileSync(installed(), 'utf8')).toBe(program())
  })

  const withManual = `${program()}if [ "$1" = man ]; then echo .TH RACK-GATEWAY 1; fi\n`
  const page = () => join(home, 'share', 'man', 'man1', 'rack-gateway.1')

  test('installs the manual page next to the directory bin', async () => {
    publish('rack-gateway-linux-x64', withManual)
    const { code, stderr } = await install([releases, bin()])
    expect(code, stderr).toBe(0)
    expect(readFileSync(page(), 'utf8')).toBe('.TH RACK-GATEWAY 1\n')
  })

  test('installs no manual page next to another directory, and says where it cannot be written', async () => {
    publish('rack-gateway-linux-x64', withManual)
    expect(await install([releases, join(home, 'programs')])).toMatchObject({ code: 0 })
    expect(existsSync(join(home, 'share'))).toBe(false)
    writeFileSync(join(home, 'share'), 'a file')
    const { code, stderr } = await install([releases, bin()])
    expect([code, stderr]).toEqual([0, expect.stringContaining('read it with: rack-gateway man')])
    expect(existsSync(installed())).toBe(true)
  })

  test('verifies with openssl where there is no sha256sum', async () => {
    publish('rack-gateway-linux-x64', program())
    const without = tools.filter((name) => name !== 'sha256sum')
    const PATH = [fakeUname('Linux', 'x86_64'), only(...without, 'curl', 'openssl')].join(delimiter)
    const { code, stderr } = await install([releases, bin()], { env: { PATH } })
    expect(code, stderr).toBe(0)
  })
})

describe('install.sh installs no program, and does not change an existing one,', () => {
  async function refused(args: readonly string[], env: NodeJS.ProcessEnv = {}, path = script): Promise<string> {
    mkdirSync(bin(), { recursive: true })
    writeFileSync(installed(), 'an older version')
    const { code, stderr } = await install(args, { env, path })
    expect(code).toBe(1)
    expect(readFileSync(installed(), 'utf8')).toBe('an older version')
    expect(readdirSync(bin())).toEqual(['rack-gateway'])
    return stderr
  }
  const at = (name: string) => `/v1.2.3/${name}`

  test('when what was downloaded is not what was released', async () => {
    publish('rack-gateway-linux-x64', program())
    files.set(at('rack-gateway-linux-x64.gz'), gzipSync(program('6.6.6')))
    expect(await refused([releases, bin()])).toContain('rack-gateway-linux-x64.gz is not what the release says')
  })

  test('when the download is truncated', async () => {
    publish('rack-gateway-linux-x64', program())
    const whole = files.get(at('rack-gateway-linux-x64.gz')) ?? Buffer.alloc(0)
    files.set(at('rack-gateway-linux-x64.gz'), whole.subarray(0, -4))
    expect(await refused([releases, bin()])).toContain('is not what the release says')
  })

  test.each([
    [
      'other files alone',
      `${'a'.repeat(64)}  rack-gateway-linux-x64\n${'b'.repeat(64)}  x-rack-gateway-linux-x64.gz\n`,
    ],
    ['nothing', ''],
    ['no checksum', 'unknown  rack-gateway-linux-x64.gz\n'],
    ['one that is too short', `${'a'.repeat(63)}  rack-gateway-linux-x64.gz\n`],
    ['two', `${'a'.repeat(64)}  rack-gateway-linux-x64.gz\n`.repeat(2)],
  ])('when SHA256SUMS names %s', async (_, sums) => {
    publish('rack-gateway-linux-x64', program())
    files.set(at('SHA256SUMS'), Buffer.from(sums))
    expect(await refused([releases, bin()])).toMatch(/SHA256SUMS of this release has no .*so it is not installed/)
  })

  test('when there is no SHA256SUMS', async () => {
    publish('rack-gateway-linux-x64', program())
    files.delete(at('SHA256SUMS'))
    expect(await refused([releases, bin()])).toContain('SHA256SUMS could not be downloaded')
  })

  test('when the release has no program for this system', async () => {
    publish('rack-gateway-darwin-arm64', program())
    expect(await refused([releases, bin()])).toContain('rack-gateway-linux-x64.gz could not be downloaded')
  })

  test('when the downloaded program does not run', async () => {
    publish('rack-gateway-linux-x64', '#!/bin/sh\nexit 1\n')
    expect(await refused([releases, bin()])).toContain('does not run here')
  })

  test.each([
    ['Linux', 'riscv64', 'there is no executable for riscv64'],
    ['SunOS', 'x86_64', 'there is no executable for SunOS'],
    ['MINGW64_NT-10.0', 'x86_64', 'on Windows'],
  ])('on %s %s', async (system, machine, message) => {
    const PATH = `${fakeUname(system, machine)}${delimiter}${process.env.PATH}`
    expect(await refused([releases, bin()], { PATH })).toContain(message)
  })

  test('when a file of a directory is not what the release says, or is missing', async () => {
    publish('rack-gateway-linux-x64', program())
    const release = join(home, 'release')
    mkdirSync(release)
    writeFileSync(join(release, 'SHA256SUMS'), files.get(at('SHA256SUMS')) ?? '')
    expect(await refused([release, bin()])).toContain('rack-gateway-linux-x64.gz could not be copied')
    writeFileSync(join(release, 'rack-gateway-linux-x64.gz'), gzipSync(program('6.6.6')))
    expect(await refused([release, bin()])).toContain('is not what the release says')
  })

  test.each([
    ['http:// to another machine', 'http://releases.example.com/v1', 'does not begin with https://'],
    ['another machine behind a user name', 'http://localhost:1@releases.example.com/v1', 'takes no user name'],
    ['a file', 'file:///tmp', 'does not begin with https://'],
    ['an option', '--output=/tmp/x', 'does not begin with https://'],
  ])('from %s', async (_, address, message) => {
    expect(await refused([address, bin()])).toContain(message)
  })

  test('without an address', async () => {
    expect(await refused([])).toContain('say where the release is: RACK_GATEWAY_RELEASES=')
  })

  test('without curl and wget', async () => {
    const PATH = [fakeUname('Linux', 'x86_64'), only(...tools)].join(delimiter)
    expect(await refused([releases, bin()], { PATH })).toContain('neither curl nor wget is here')
  })

  /** @param version the shell commands that this `wget` runs for `--version`; otherwise, it runs the real wget */
  function fakeWget(version: string): string {
    const directory = join(home, 'fake-wget')
    mkdirSync(directory, { recursive: true })
    const real = execFileSync('sh', ['-c', 'command -v wget'], { encoding: 'utf8' }).trim()
    const lines = ['#!/bin/sh', `[ "$1" = --version ] && { ${version}; }`, `exec ${real} "$@"`]
    writeFileSync(join(directory, 'wget'), `${lines.join('\n')}\n`, { mode: 0o755 })
    return directory
  }

  test('with a wget that cannot verify certificates', async () => {
    publish('rack-gateway-linux-x64', program())
    const busybox = 'echo "wget: unrecognized option: version" >&2; exit 1'
    const PATH = [fakeUname('Linux', 'x86_64'), fakeWget(busybox), only(...tools)].join(delimiter)
    expect(await refused([releases, bin()], { PATH })).toContain('this wget may not verify certificates')
  })

  test('with wget, when it was redirected to http://', async () => {
    publish('rack-gateway-linux-x64', program())
    const moved = createServer((request, response) => {
      response.writeHead(302, { location: new URL(request.url ?? '', releases).href }).end()
    })
    await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve))
    const { port } = moved.address() as AddressInfo
    const PATH = [fakeUname('Linux', 'x86_64'), only(...tools, 'wget')].join(delimiter)
    // In this copy, http://127.0.0.1 counts as https://, so the test needs no certificate.
    const strict = join(home, 'strict.sh')
    writeFileSync(strict, readFileSync(script, 'utf8').replace('protocols=http,https', 'protocols=https'))
    const stderr = await refused([`http://127.0.0.1:${port}/v1.2.3`, bin()], { PATH }, strict)
    moved.close()
    expect(stderr).toContain('was redirected to http://')
  })

  test('without a program for checksums', async () => {
    publish('rack-gateway-linux-x64', program())
    const without = tools.filter((name) => name !== 'sha256sum')
    const PATH = [fakeUname('Linux', 'x86_64'), only(...without, 'curl')].join(delimiter)
    expect(await refused([releases, bin()], { PATH })).toContain(
      'cannot be verified without sha256sum, shasum, or openssl',
    )
  })
})

const isRoot = process.getuid?.() === 0
describe.skipIf(!isRoot)('install.sh without a directory', () => {
  test('installs to ~/.local/bin if /usr/local/bin is not writable', async () => {
    publish('rack-gateway-linux-x64', program())
    chmodSync(home, 0o755)
    const own = join(home, 'nobody')
    mkdirSync(own)
    chownSync(own, nobody, nobody)
    const { code, stderr } = await install([releases], { asNobody: true, env: { HOME: own } })
    expect(code, stderr).toBe(0)
    const path = join(own, '.local', 'bin')
    expect(readdirSync(path)).toEqual(['rack-gateway'])
    expect(stderr).toContain(`${path} is not in your PATH`)
  })

  test('root gets it in /usr/local/bin', async () => {
    publish('rack-gateway-linux-x64', program())
    // In a mount namespace of its own, in which /usr/local is empty.
    const inside = `mount -t tmpfs none /usr/local && sh ${script} ${releases} && cat /usr/local/bin/rack-gateway`
    const PATH = `${fakeUname('Linux', 'x86_64')}${delimiter}${process.env.PATH}`
    const child = spawn('unshare', ['--mount', 'sh', '-c', inside], { env: { HOME: home, PATH } })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(stdout, stderr).toBe(program())
    expect(stderr).toContain('is at /usr/local/bin/rack-gateway')
  })
})

test('every script is POSIX: shellcheck reports no problem', ({ skip }) => {
  try {
    execFileSync('shellcheck', ['--version'], { stdio: 'ignore' })
  } catch {
    skip('shellcheck is not installed')
  }
  expect(execFileSync('shellcheck', ['--shell=sh', script], { encoding: 'utf8' })).toBe('')
})
