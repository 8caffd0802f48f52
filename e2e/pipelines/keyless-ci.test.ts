import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { startTestIssuer, type TestIssuer } from '@rack-gateway/auth/testing'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { type ListeningServer, listen } from '@rack-gateway/testing/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callCli } from '../support/convox/cli-call.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

/** The lines of docs/how-to/keyless-ci.md and pipelines.md as a shell runs them, with this gateway for the one of the page. */
const page = readFileSync(new URL('../../docs/how-to/keyless-ci.md', import.meta.url), 'utf8')
let system: System
let issuer: TestIssuer
let github: ListeningServer
let machine: Machine
let admin: string
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
  issuer = await startTestIssuer({ audience: system.url })
  admin = await system.token('admin')
  // GitHub's side: a job asks for its token, for an audience.
  const respondToJob = createServer(async ({ url, headers }, response) => {
    const audience = new URL(url ?? '', 'http://github').searchParams.get('audience')
    const known = headers.authorization === 'bearer request-token'
    response.writeHead(known ? 200 : 401).end(JSON.stringify({ value: await issuer.jwt({ aud: audience }) }))
  })
  github = await listen(respondToJob)
})
afterAll(async () => {
  await github.close()
  await issuer.stop()
  await system.stop()
})
beforeEach(() => {
  machine = createMachine(null)
})
afterEach(() => machine.remove())

const pipelines = readFileSync(new URL('../../docs/how-to/pipelines.md', import.meta.url), 'utf8')

/** The lines of the page that are indented below a line, without their indentation. */
function below(start: string, key: string): string {
  const lines = page.slice(page.indexOf(start)).split('\n')
  const at = lines.findIndex((line) => line.trim() === key)
  const depth = (line: string) => line.length - line.trimStart().length
  const rest = lines.slice(at + 1)
  const end = rest.findIndex((line) => line.trim() !== '' && depth(line) <= depth(lines[at] ?? ''))
  return rest.slice(0, end).join('\n')
}

/** GitLab runs the lines of `before_script` in one shell. */
function gitlabScript(): string {
  const lines = below('### GitLab', 'before_script:').split('\n')
  return lines.map((line) => line.trim().replace(/^- /, '')).join('\n')
}

function here(script: string): string {
  const { host } = new URL(system.url)
  expect(script).not.toBe('')
  return script
    .replaceAll('https://gateway.example.com', system.url)
    .replaceAll('https://convox:', 'http://convox:')
    .replaceAll('gateway.example.com', host)
}

async function run(script: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr } = await machine.sh(`set -eu\n${script}`, { env })
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
}

const written = (name: string) => readFileSync(join(machine.home, name), 'utf8')

async function expectUsable(rackUrl: string): Promise<void> {
  const { password, pathname } = new URL(rackUrl)
  expect(pathname).toBe('/rack/staging')
  expect((await system.get(`${pathname}/apps`, password)).status).toBe(200)
}

describe('the lines of the page', () => {
  describe.each([
    ['GitHub Actions', () => below('- name: Install convox', 'run: |'), '.convox-cli'],
    ['GitLab', () => gitlabScript(), 'myapp/.convox-cli'],
    ['CircleCI', () => below('### CircleCI', 'command: |'), '.convox-cli'],
    ['another CI system', () => /```sh\n([^`]*sha256sum[^`]*)```/.exec(pipelines)?.[1] ?? '', '.convox-cli'],
  ])('install convox on %s', (_, script, directory) => {
    const program = '#!/bin/sh\necho the convox of the release\n'
    const digest = createHash('sha256').update(program).digest('hex')
    let release: ListeningServer
    let downloads: number
    beforeEach(async () => {
      downloads = 0
      const server = createServer(({ url }, response) => {
        downloads++
        response.writeHead(url === '/download/3.24.9/convox-linux' ? 200 : 404).end(program)
      })
      release = await listen(server)
    })
    afterEach(() => release.close())

    const install = (sha256 = digest) =>
      machine.sh(`set -eu\n${script()}`, {
        env: {
          CONVOX_URL: `${release.url}/download`,
          CONVOX_VERSION: '3.24.9',
          CONVOX_SHA256: sha256,
          GITHUB_PATH: join(machine.home, 'github-path'),
          BASH_ENV: join(machine.home, 'bash-env'),
        },
      })
    const started = () => machine.sh(`"$HOME/${directory}/convox"`)

    test('once, and then from the cache', async () => {
      expect(await install()).toMatchObject({ code: 0 })
      expect(await started()).toMatchObject({ code: 0, stdout: 'the convox of the release\n' })
      expect(await install()).toMatchObject({ code: 0 })
      expect(downloads).toBe(1)
    })

    test('but not with another checksum', async () => {
      const { code, stderr } = await install('0'.repeat(64))
      expect(code).not.toBe(0)
      expect(stderr).toContain('did NOT match')
      expect((await started()).code).toBe(126)
    })

    test('again if the cache was changed', async () => {
      machine.write(`${directory}/convox`, '#!/bin/sh\necho of somebody else\n')
      expect(await install()).toMatchObject({ code: 0 })
      expect(await started()).toMatchObject({ stdout: 'the convox of the release\n' })
    })
  })

  test('make a trust', async () => {
    const line = /^rack-gateway trusts create .*$/m.exec(page)?.[0] ?? ''
    const made = await callCli([...line.split(' ').slice(1), '--json'], {
      RACK_GATEWAY_URL: system.url,
      RACK_GATEWAY_TOKEN: admin,
    })
    expect(JSON.parse(made.stdout)).toMatchObject({
      name: 'deploy-myapp',
      bindings: [{ role: 'ci', racks: 'staging', apps: 'myapp' }],
    })
  })

  test('authenticate a job of each provider', async () => {
    // As its template makes it, but of the issuer of this test.
    const conditions = [{ claim: 'repository_id', equals: '74' }]
    const body = { name: 'jobs', issuer: issuer.url, conditions, role: 'ci', racks: 'staging' }
    const made = await callManagementApi(system, admin, 'POST', '/trusts', body)
    expect(made.status).toBe(201)

    await run(here(below('- name: Log in to the gateway', 'run: |')), {
      GATEWAY: system.url,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?api-version=2.0`,
      GITHUB_ENV: join(machine.home, 'github-env'),
    })
    await expectUsable(
      written('github-env')
        .replace(/^RACK_URL=/, '')
        .trim(),
    )

    machine.write(
      'bin/circleci',
      `#!/bin/sh\ntest "$*" = 'run oidc get --claims {"aud":"${system.url}"}' && printf '%s' "$JWT"\n`,
    )
    await machine.sh('chmod 755 "$HOME/bin/circleci"')
    await run(here(below('- run:\n          name: Log in to the gateway', 'command: |')), {
      JWT: await issuer.jwt(),
      BASH_ENV: join(machine.home, 'bash-env'),
    })
    const [, ofCircle = ''] = /^export RACK_URL='(.+)'$/m.exec(written('bash-env')) ?? []
    await expectUsable(ofCircle)

    const [line = ''] = below('### GitLab', 'script:').split('\n')
    const script = `${here(line.trim().replace(/^- /, ''))}\nprintf '%s' "$RACK_URL" > "$HOME/gitlab"`
    await run(script, { RACK_GATEWAY_ID_TOKEN: await issuer.jwt() })
    await expectUsable(written('gitlab'))
  })
})
