/** Replaces convox: requests the apps of RACK_URL on one connection, and prints the microseconds of each response. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { createResponseReader } from '../loads/response-reader.ts'

const [warmUp = 0, count = 1] = process.argv.slice(2).map(Number)
const { protocol, hostname, port, host, pathname, username, password } = new URL(process.env.RACK_URL ?? '')
const address = { host: hostname, port: Number(port) }
const socket =
  protocol === 'https:'
    ? // Verifies no certificate, like convox.
      connectTls({ ...address, rejectUnauthorized: false })
    : connect(address)
await once(socket, protocol === 'https:' ? 'secureConnect' : 'connect')
socket.setNoDelay(true)

const lines = [
  `GET ${pathname.replace(/\/$/, '')}/apps? HTTP/1.1`,
  `Host: ${host}`,
  'User-Agent: convox.go/dev',
  'Accept: */*',
  `Authorization: ${basicAuthorization(password, username)}`,
  'Content-Type: application/octet-stream',
  'Version: dev',
  'Accept-Encoding: gzip',
]
const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
const micros: number[] = []
let startedAt = 0n

function ask(): void {
  startedAt = process.hrtime.bigint()
  socket.write(request)
}

socket.on(
  'data',
  createResponseReader(({ status }) => {
    if (status !== 200) throw new Error(`a response was ${status}, so the run measures something else`)
    micros.push(Number(process.hrtime.bigint() - startedAt) / 1_000)
    if (micros.length < warmUp + count) return ask()
    console.log(JSON.stringify(micros.slice(warmUp)))
    socket.destroy()
  }),
)
ask()
