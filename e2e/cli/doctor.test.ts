import { once } from 'node:events'
import { createServer } from 'node:https'
import { join } from 'node:path'
import {
  expiredIdentity,
  otherRootCertificate as otherRoot,
  serverIdentity as proven,
  rootCertificate as root,
} from '@rack-gateway/testing/certificates'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'

interface Finding {
  readonly check: string
  readonly status: string
  readonly says: string
  readonly next: string | null
}

let machine: Machine
beforeAll(() => {
  machine = createMachine(null)
  writeStubConvox(join(machine.home, 'bin', 'convox'))
})
afterAll(() => machine.remove())

/** The whole program, as a user with a token in the environment. */
async function doctor(url: string, token: string, env: NodeJS.ProcessEnv = {}) {
  const all = { RACK_GATEWAY_URL: url, RACK_GATEWAY_TOKEN: token, GATEWAY_RACK: 'staging', ...env }
  const { code, stdout, stderr } = await machine.run(...builtCommand('rack-gateway', ['doctor', '--json']), {
    env: all,
  })
  expect(stdout + stderr).not.toContain(token)
  const { findings }: { findings: Finding[] } = JSON.parse(stdout)
  const of = (check: string) => findings.find((one) => one.check === check)
  return { code, of, unwell: findings.filter(({ status }) => status !== 'ok').map(({ check }) => check) }
}

describe('at a gateway', () => {
  let system: System
  let viewer: TestUser
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', cliMinimumVersion: '0.0.1' })
    viewer = await createUser(system, 'viewer')
  })
  afterAll(() => system.stop())

  test('reports no problem for a user who can read the rack, except a short session', async () => {
    const { code, of, unwell } = await doctor(system.url, viewer.token)
    expect([code, unwell]).toEqual([0, ['token', 'rack-password']])
    expect(of('versions')?.says).toMatch(
      /, gateway \d+\.\d+\.\d+, rack staging 3\.\S+\. The gateway needs rack-gateway 0\.0\.1 or newer\./,
    )
    expect(of('token')?.says).toContain(`The token of ${viewer.email} (user) expires in`)
    expect(of('token')?.says).toContain('stored in RACK_GATEWAY_TOKEN')
    expect(of('gateway')?.says).toBe('The gateway is ready.')
    expect(of('convox')?.says).toContain(join(machine.home, 'bin', 'convox'))
  })

  test('version asks it and the rack', async () => {
    const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: viewer.token, GATEWAY_RACK: 'staging' }
    const { stdout, stderr } = await machine.run(...builtCommand('rack-gateway', ['version']), { env })
    expect(stdout).toMatch(/^rack-gateway \d\S+\ngateway \d\S+ \(http.*\)\nrack 3\S+ \(staging\)\n$/)
    expect(stderr).toBe('')
  })

  test('says whose password a rack rejects, and that it is not the token', async () => {
    system.rack.changePassword('rotated')
    onTestFinished(() => system.rack.changePassword(system.rack.token))
    const { code, of } = await doctor(system.url, viewer.token)
    expect(code).toBe(7)
    expect(of('rack')).toMatchObject({
      status: 'problem',
      says: expect.stringMatching(
        /^The rack staging rejects the gateway, .* the gateway's password .* Your own credential is valid\.$/,
      ),
      next: expect.stringContaining('RACK_TOKEN_STAGING'),
    })
    expect(of('token')?.status).not.toBe('problem')
    expect(of('versions')?.says).not.toContain('rejected the token')
  })

  test('under another name than its own is found', async () => {
    const { code, of } = await doctor(system.url.replace('127.0.0.1', 'localhost'), viewer.token)
    expect(code).toBe(7)
    expect(of('host')).toMatchObject({ status: 'problem', next: `Log in again at ${system.url}.` })
    expect(of('token')).toMatchObject({
      status: 'problem',
      says: expect.stringContaining(`Use ${system.url}/gateway/`),
    })
  })
})

describe('the certificate', () => {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  /** What listens with a certificate, and counts the requests that reach it. */
  async function listen(identity: { readonly cert: string; readonly key: string }, status = 200) {
    let requests = 0
    const server = createServer(identity, (_request, response) => {
      requests += 1
      response.writeHead(status).end('{}')
    }).listen(0)
    await once(server, 'listening')
    closing.push(async () => {
      server.close()
      server.closeAllConnections()
    })
    const address = server.address()
    return { port: typeof address === 'object' && address !== null ? address.port : 0, requests: () => requests }
  }
  const trusted = (certificate: string) => ({ NODE_EXTRA_CA_CERTS: machine.write('ca.pem', `${certificate}\n`) })

  test('is verified, and shown with its expiry and issuer', async () => {
    const { port, requests } = await listen(proven)
    const { of } = await doctor(`https://localhost:${port}`, 'rgs_nothing', trusted(root))
    expect(of('tls')).toMatchObject({
      status: 'ok',
      says: expect.stringMatching(/^The certificate is valid, and expires in \d+ days, at 2120.*\. Its issuer is test/),
    })
    expect(requests()).toBeGreaterThan(0)
  })

  test.each([
    ['of an issuer that nobody knows', proven, 'localhost', '', 'NODE_EXTRA_CA_CERTS'],
    ['for another name', proven, '127.0.0.2', root, 'Check the address'],
    ['that has ended', expiredIdentity, 'localhost', root, 'renew the certificate'],
  ])('%s is found, and nothing is sent there', async (_what, identity, host, ca, next) => {
    const { port, requests } = await listen(identity)
    const { code, of } = await doctor(`https://${host}:${port}`, 'rgs_nothing', ca === '' ? {} : trusted(ca))
    expect(code).toBe(7)
    expect(of('tls')).toMatchObject({ status: 'problem', next: expect.stringContaining(next) })
    expect(requests()).toBe(0)
  })

  test.each([
    ['of an authority in "ca"', { ca: root }, null, 1, 'ok', /^The certificate is valid/],
    ['of another authority than "ca"', { ca: otherRoot }, root, 7, 'problem', /is not signed by a trusted authority/],
    ['Without the relay', { relay: false }, root, 1, 'warning', /convox sends the token unverified/],
  ])('%s is found', async (_what, entry, extra, exit, status, words) => {
    const { port } = await listen(proven, 401)
    const url = `https://localhost:${port}`
    const gateways = { staging: { url, rack: 'staging', ...entry } }
    machine.write(
      'config/rack-gateway/config.json',
      JSON.stringify({ gateways, sessions: { [url]: { token: 'rgs_nothing' } } }),
    )
    const env = { RACK_GATEWAY_URL: '', RACK_GATEWAY_TOKEN: '', GATEWAY_RACK: 'staging' }
    const { code, of } = await doctor(url, 'rgs_nothing', {
      ...env,
      ...(typeof extra === 'string' ? trusted(extra) : {}),
    })
    expect(of('tls')).toMatchObject({ status, says: expect.stringMatching(words) })
    expect(code).toBe(exit)
  })

  test('is valid if its authority is in the file that convox would read', async () => {
    const { port, requests } = await listen(proven)
    const system = { SSL_CERT_FILE: machine.write('system.pem', `${root}\n`) }
    const { of } = await doctor(`https://localhost:${port}`, 'rgs_nothing', system)
    expect(of('tls')).toMatchObject({ status: 'ok', says: expect.stringMatching(/^The certificate is valid/) })
    expect(requests()).toBeGreaterThan(0)
  })

  test('is a problem if Node accepts any certificate', async () => {
    const { port, requests } = await listen(proven)
    const { code, of } = await doctor(`https://localhost:${port}`, 'rgs_nothing', { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    expect([code, of('tls')?.status]).toEqual([78, 'problem'])
    expect(requests()).toBe(0)
  })
})
