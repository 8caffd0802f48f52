import net from 'node:net'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { keyProblem } from './key-pins.ts'

test('a connection without a certificate is nobody, whatever is pinned', () => {
  const socket = new tls.TLSSocket(new net.Socket())
  for (const pins of [[], [''], ['sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=']])
    expect(keyProblem(socket, pins, 'us-east')).toMatchObject({
      code: 'RGW_RACK_NOT_PINNED',
      message: "the rack us-east can't be trusted: it showed no certificate with a key that can be read",
    })
  socket.destroy()
})
