import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { expect, onTestFinished, test } from 'vitest'
import { createGatewayDial } from './gateway-dial.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

async function startBoth() {
  const gateway = await startTlsGateway()
  function dial() {
    const made = createGatewayDial({ origin: gateway.origin, ca: root, env: {}, trustRemedy: '' })
    onTestFinished(made.close)
    return made
  }
  return { gateway, dial }
}

test('the first caller gets the prepared connection', async () => {
  const { gateway, dial } = await startBoth()
  const { prepare, connect } = dial()
  prepare()
  const socket = await connect()
  socket.write('hello')
  await expect.poll(() => gateway.received).toBe('hello')
  expect(gateway.connections).toHaveLength(1)
})

test('prepare does nothing while a connection exists', async () => {
  const { gateway, dial } = await startBoth()
  const [used, last] = [dial(), dial()]
  await used.connect()
  used.prepare()
  // A prepared connection would arrive before this one.
  const socket = await last.connect()
  socket.write('hello')
  await expect.poll(() => gateway.received).toBe('hello')
  expect(gateway.connections).toHaveLength(2)
})
