import { connect } from 'node:net'

/** Milliseconds without a final answer after which a case has failed. */
const patience = 3_000

/**
 * Sends the bytes of one request as they are.
 *
 * @returns the status of the final answer; `100 Continue` isn't one. Null when the connection ended, or nothing came
 */
export function sendRaw(url: string, request: string): Promise<number | null> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request, 'latin1'))
    const settle = (status: number | null) => {
      clearTimeout(late)
      socket.destroy()
      resolve(status)
    }
    const late = setTimeout(() => settle(null), patience)
    let waiting = ''
    socket.on('data', (chunk) => {
      waiting = (waiting + chunk.toString('latin1')).replace(/^HTTP\/1\.1 100 [\s\S]*?\r\n\r\n/, '')
      if (waiting.includes('\r\n\r\n')) settle(Number(waiting.slice(9, 12)))
    })
    socket.on('error', () => settle(null))
    socket.on('close', () => settle(null))
  })
}
