import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { expect, onTestFinished, test } from 'vitest'
import { createGatewayDial } from './gateway-dial.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

async function both() {
  const gateway = await startTlsGateway()
  function dial() {
    const made = createGatewayDial({ origin: gateway.origin, ca: root, env: {}, trustMore: '' })
    onTestFinished(made.close)
    return made
  }
  return { gateway, dial }
}

test('the first caller gets the connection that was prepared', async () => {
  const { gateway, dial } = await both()
  const { prepare, connect } = dial()
  prepare()
  const socket = await connect()
  socket.write('hello')
  await expect.poll(() => gateway.received).toBe('hello')
  expect(gateway.connections).toHaveLength(1)
})

test('nothing is prepared once a caller has come', async () => {
  const { gateway, dial } = await both()
  const [used, last] = [dial(), dial()]
  await used.connect()
  used.prepare()
  // What it had begun would be there before this one.
  const socket = await last.connect()
  socket.write('hello')
  await expect.poll(() => gateway.received).toBe('hello')
  expect(gateway.connections).toHaveLength(2)
})
