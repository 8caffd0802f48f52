import { createServer } from 'node:http'
import { Secret } from '@rack-gateway/config/client'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { rootCertificate } from '@rack-gateway/testing/certificates'
import { connectRaw } from '@rack-gateway/testing/http'
import { listen } from '@rack-gateway/testing/server'
import { expect, test } from 'vitest'
import { quietContext } from '../../testing/quiet-context.ts'
import { connectConvox } from './connect-convox.ts'
import { brokenEnds, startRelay } from './testing/start-relay.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\n'
const proof = new Secret('rgp_theProofOfThisCommand')
const own = `\r\nStep-Up: ${proof.reveal()}\r\n`

/** Starts a gateway that answers every request with `ok`, and a relay whose command can get a proof. */
async function startBoth() {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  let current: Secret | null = null
  const relay = await startRelay(gateway, { proof: () => current })
  return {
    gateway,
    relay,
    prove: (value: Secret) => {
      current = value
    },
  }
}

test.each([
  ['a request', ''],
  ['a websocket handshake', handshake],
])('every request carries the proof of the command: %s', async (_, lines) => {
  const { gateway, relay, prove } = await startBoth()
  prove(proof)
  const client = await relay.connect()
  client.send(relay.get(lines))
  await client.waitFor('ok')
  expect(gateway.received).toContain(own)
})

test.each(['Step-Up', 'step-up', 'STEP-UP'])('the field %s of another program is dropped', async (name) => {
  const { gateway, relay, prove } = await startBoth()
  const forged = relay.get(`${name}: rgp_forged\r\n${name}:\r\n`)
  const before = await relay.connect()
  before.send(forged)
  await before.waitFor('ok')
  expect(gateway.received).not.toMatch(/step-up/i)
  prove(proof)
  const after = await relay.connect()
  after.send(forged)
  await after.waitFor('ok')
  expect(gateway.received).not.toContain('rgp_forged')
  expect(gateway.received.match(/step-up/gi)).toHaveLength(1)
  expect(gateway.received).toContain(own)
})

test('requests on a connection that is open already carry a newer proof', async () => {
  const { gateway, relay, prove } = await startBoth()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  expect(gateway.received).not.toContain('Step-Up')
  prove(proof)
  client.send(relay.get())
  await client.waitFor('okHTTP')
  expect(gateway.received.split(own)).toHaveLength(2)
})

test('a request without the password gets no proof', async () => {
  const { gateway, relay, prove } = await startBoth()
  prove(proof)
  expect(await relay.ask(relay.get().replace(/^Authorization.*\r\n/m, ''))).toMatch(/^HTTP\/1\.1 401 /)
  expect(gateway.received).toBe('')
})

test('a field after the body cannot be a proof', async () => {
  const { relay } = await startBoth()
  const client = await relay.connect()
  const head = relay.get('Transfer-Encoding: chunked\r\n').replace('GET', 'POST')
  client.send(`${head}0\r\nStep-Up: rgp_forged\r\n\r\n`)
  expect(brokenEnds).toContain(await client.ended)
})

test.each(['https', 'http'] as const)('the relay of a command gets its proof later: over %s', async (protocol) => {
  const received: string[] = []
  const secure = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  const plain = createServer((request, response) => {
    received.push(`${request.headers.authorization} ${request.headers['step-up']}`)
    response.end('ok')
  })
  const { url, close } = await listen(plain)
  const tlsTrust = { name: 'staging', ca: rootCertificate, configPath: '/nowhere/config.json', loginArguments: null }
  const target = {
    name: null,
    origin: protocol === 'https' ? secure.origin : url,
    rack: 'staging',
    token: new Secret('rgs_theRealToken'),
    expiry: { state: 'unknown' },
    renewalDue: false,
    tlsTrust,
  } as const
  const context = quietContext({ cwd: '/', configPath: '/nowhere/config.json' })
  const before = await connectConvox(context, target, 'on')
  const connection = (await before.withProof?.(proof)) ?? before
  const { port, password, host } = new URL(connection.env.RACK_URL ?? '')
  const client = await connectRaw(`http://127.0.0.1:${port}`, { allowHalfOpen: true })
  client.send(
    `GET /rack/staging/apps? HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${basicAuthorization(password)}\r\nStep-Up: rgp_forged\r\n\r\n`,
  )
  await client.waitFor('ok')
  client.end()
  await connection.close()
  await close()
  const headers = protocol === 'https' ? secure.received : received.join()
  expect(headers).toContain(proof.reveal())
  expect(headers).toContain(basicAuthorization('rgs_theRealToken'))
  expect(headers).not.toContain('rgp_forged')
  expect(JSON.stringify(connection.env)).not.toMatch(/rgs_|rgp_/)
})

test('without the relay, calls cannot carry a proof', async () => {
  const token = new Secret('rgs_theRealToken')
  const target = { name: null, rack: 'staging', token, expiry: { state: 'unknown' }, renewalDue: false } as const
  const context = quietContext({ cwd: '/', configPath: '/nowhere/config.json' })
  const connection = await connectConvox(context, { ...target, origin: 'https://gateway.example.com' }, 'off')
  expect(connection.withProof).toBeNull()
})
