import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type TLSSocket } from 'node:tls'
import { certificatePath, selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { type ListeningServer, listen } from '@rack-gateway/testing/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { builtCommand } from '../support/processes.ts'

const convox = process.env.CONVOX_BIN ?? null
const token = 'rgs_token'

/** Whether convox verifies its gateway or not makes no difference to what the gateway gets. */
describe.skipIf(convox === null)('bytes of the native convox through the relay (runs when CONVOX_BIN names it)', () => {
  const received: string[] = []
  let server: ListeningServer
  let machine: Machine
  let url: string
  beforeAll(async () => {
    server = await listen(createServer(selfSignedIdentity, (socket) => respondToAll(socket, received)))
    url = server.url.replace('http:', 'https:')
    machine = createMachine(convox)
    writeFileSync(join(machine.project, 'up.bin'), randomBytes(300_000))
  })
  afterAll(async () => {
    machine.remove()
    await server.close()
  })

  test.each([
    [['apps']],
    [['api', 'get', '/apps?x=1']],
    [['logs', '--no-follow']],
    [['exec', 'web', 'ls -la', '--app', 'other']],
    [['run', '--detach', 'web', 'echo "a b" é']],
    [['cp', 'up.bin', 'web-1:/app/up.bin']],
    [['resources', 'import', 'db', '-f', 'up.bin']],
    [['registries', 'remove', 'https://index.docker.io/v1/']],
  ])('is the same as without it, byte for byte: %j', async (words) => {
    const direct = await bytesOf(() =>
      machine.run('convox', words, { env: { RACK_URL: `${url.replace('://', `://convox:${token}@`)}/rack/rack1` } }),
    )
    const relayed = await bytesOf(() =>
      machine.run(...builtCommand('rack-gateway', ['--no-precheck', '--', ...words]), {
        env: {
          RACK_GATEWAY_URL: url,
          RACK_GATEWAY_TOKEN: token,
          GATEWAY_RACK: 'rack1',
          NODE_EXTRA_CA_CERTS: certificatePath('self-signed'),
          CONVOX_BIN: convox ?? '',
        },
      }),
    )
    expect(direct.length).toBeGreaterThan(0)
    expect(relayed).toEqual(direct)
  })

  async function bytesOf(run: () => Promise<unknown>): Promise<string[]> {
    received.length = 0
    await run()
    return received.map((request) => request.replace(/^Sec-WebSocket-Key: .*$/m, 'Sec-WebSocket-Key: <random>'))
  }
})

/** Takes each whole request, and answers it with as little as convox takes. */
function respondToAll(socket: TLSSocket, received: string[]): void {
  let bytes = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    bytes += chunk.toString('latin1')
    if (!isWhole(bytes)) return
    received.push(bytes)
    const isHandshake = /^upgrade: websocket\r$/im.test(bytes)
    socket.write(
      isHandshake
        ? 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'
        : 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    )
    bytes = ''
  })
}

function isWhole(bytes: string): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return false
  if (/^transfer-encoding: chunked\r$/im.test(bytes.slice(0, end + 1))) return bytes.endsWith('\r\n0\r\n\r\n')
  const [, length = '0'] = /^content-length: (\d+)\r$/im.exec(bytes.slice(0, end + 1)) ?? []
  return bytes.length === end + 4 + Number(length)
}
