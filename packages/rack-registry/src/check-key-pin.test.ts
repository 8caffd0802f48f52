import net from 'node:net'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { checkKeyPin } from './check-key-pin.ts'

test('a connection without a certificate matches no pin', () => {
  const socket = new tls.TLSSocket(new net.Socket())
  for (const pins of [[], [''], ['sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=']])
    expect(checkKeyPin(socket.getPeerX509Certificate(), pins, 'us-east')).toMatchObject({
      code: 'RGW_RACK_NOT_PINNED',
      message: 'The rack us-east cannot be trusted: it sent no certificate with a readable key.',
    })
  socket.destroy()
})
