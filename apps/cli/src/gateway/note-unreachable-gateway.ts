import { connect } from 'node:net'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'
import { tryGateway, unreachableError } from './gateway-request.ts'
import { explainProxyPage } from './proxy-page.ts'

const deadlineMs = 2_000

/**
 * Notes if no server accepts connections at the gateway's address, or if a proxy answers in place of the gateway.
 * Convox itself prints only the network error, or the page.
 */
export async function noteUnreachableGateway(context: Pick<Context, 'note'>, address: string): Promise<void> {
  if (!URL.canParse(address)) return
  const { origin, hostname, port, protocol } = new URL(address)
  const defaultPort = protocol === 'https:' ? 443 : 80
  if (!(await acceptsConnections(hostname.replace(/^\[|\]$/g, ''), port === '' ? defaultPort : Number(port)))) {
    context.note(`The gateway at ${printable(origin)} does not answer. Run: rack-gateway doctor`)
    return
  }
  const response = await tryGateway(origin, { path: '/check', deadline: deadlineMs }).catch(() => null)
  const page = response?.kind === 'answered' ? explainProxyPage(response) : null
  if (page !== null) context.note(unreachableError(printable(origin), { ...page, untrusted: null }).message)
}

function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: deadlineMs })
    const end = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}
