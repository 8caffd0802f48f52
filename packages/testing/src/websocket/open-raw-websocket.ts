import { connect, type Socket } from 'node:net'
import { writeRequest } from '../http/http-message.ts'
import { upgradeHeaders } from './handshake.ts'

/**
 * Returns a paused connection. Nothing past the head of the response has been read.
 *
 * @throws Error with the response when the server refuses the upgrade
 */
export async function openRawWebSocket(
  { port, token }: { readonly port: number; readonly token: string },
  path: string,
  headers: readonly string[] = [],
): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  const lines = ['Host: 127.0.0.1', `Authorization: Bearer ${token}`, ...upgradeHeaders, ...headers]
  socket.write(writeRequest(`GET ${path}`, lines))
  const head = await readWhile(socket, (text) => !text.endsWith('\r\n\r\n'))
  if (head.startsWith('HTTP/1.1 101 ')) return socket
  const [, length = '0'] = /^content-length: (\d+)\r$/im.exec(head) ?? []
  const body = await readWhile(socket, (text) => text.length < Number(length))
  socket.destroy()
  throw new Error(`the websocket was refused: ${head}${body}`)
}

/** Reads byte by byte, so that later bytes stay in the socket. */
async function readWhile(socket: Socket, isIncomplete: (text: string) => boolean): Promise<string> {
  let text = ''
  while (isIncomplete(text)) {
    const byte: Buffer | null = socket.read(1)
    if (byte !== null) text += byte.toString('latin1')
    else if (socket.readableEnded || socket.destroyed) break
    else await new Promise((resolve) => socket.once('readable', resolve).once('end', resolve).once('close', resolve))
  }
  return text
}
