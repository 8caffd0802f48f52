import type { Secret } from '@rack-gateway/config/client'
import { exitCodes } from '../../errors/exit-codes.ts'
import { configuredAuthorities } from '../../gateway/tls/configured-authorities.ts'
import { isGatewayConnectionError } from '../../gateway/tls/gateway-connection-error.ts'
import { trustRemedy } from '../../gateway/tls/gateway-trust.ts'
import type { Context } from '../../invocation/context.ts'
import type { RackTarget, Target } from '../../rack-choice/local/target.ts'
import type { RelayConnection } from './convox-connection.ts'
import type { GatewayDialOptions } from './gateway-dial.ts'
import { ProxyPage } from './http/request-error.ts'
import { startListener } from './listener.ts'
import { newestToken } from './newest-token.ts'
import type { RelayDial } from './plain-dial.ts'

/** Milliseconds to forward the last bytes of convox after it has ended. */
const grace = 250

/** @param reload finds the target again @throws BadSetting */
export async function openRelay(
  context: Context,
  target: RackTarget,
  reload: () => Promise<Target>,
): Promise<RelayConnection> {
  const { env } = context
  const { origin, rack, tlsTrust } = target
  const dialing = loadDial({
    origin,
    env,
    ca: configuredAuthorities(tlsTrust),
    trustRemedy: trustRemedy(tlsTrust),
  })
  const connector = createNotingConnector(context, dialing, target)
  let currentProof: Secret | null = null
  const listener = await startListener({
    origin,
    path: `/rack/${encodeURIComponent(rack)}`,
    token: newestToken(target, reload),
    proof: () => currentProof,
    connect: connector.connect,
    checkResponse: connector.checkResponse,
  })
  const connection: RelayConnection = {
    env: environment(env, listener.rackUrl),
    warning: null,
    async withProof(proof) {
      currentProof = proof
      return connection
    },
    exitCode: (code) => (code !== 0 && connector.isFailing() ? exitCodes.unreachable : code),
    async close() {
      await listener.close(grace)
      ;(await dialing).close()
    },
  }
  return connection
}

/** For https, loads TLS and makes the first connection while convox starts. */
async function loadDial(options: GatewayDialOptions): Promise<RelayDial> {
  if (!options.origin.startsWith('https://')) return (await import('./plain-dial.ts')).createPlainDial(options.origin)
  await new Promise((resolve) => setImmediate(resolve))
  const { createGatewayDial } = await import('./gateway-dial.ts')
  const dial = createGatewayDial(options)
  // `prepare` loads TLS. It does nothing if convox has ended by then.
  setImmediate(dial.prepare)
  return dial
}

/** The environment of convox, without the token. */
function environment(env: NodeJS.ProcessEnv, rackUrl: string): NodeJS.ProcessEnv {
  const { RACK_GATEWAY_TOKEN: _, ...rest } = env
  return { ...rest, RACK_URL: rackUrl }
}

/**
 * Connects, and notes each connection error once, because convox does not show the error of a rejected websocket.
 * Does the same with the page of a proxy. `isFailing` says whether the last connection failed.
 */
function createNotingConnector(
  { note }: Context,
  dialing: Promise<Pick<RelayDial, 'connect'>>,
  target: Pick<RackTarget, 'origin' | 'tlsTrust'>,
) {
  const noted = new Set<string>()
  let isFailing = false
  function noteOnce(message: string): void {
    if (noted.has(message)) return
    noted.add(message)
    note(message)
  }
  return {
    isFailing: () => isFailing,
    async checkResponse(beginning: Buffer) {
      if (!couldBeErrorPage(beginning)) return
      // Imported only when it is used, because requests of convox rarely fail.
      const page = await (await import('./proxy-page.ts')).explainPage(target)
      if (page === null) return
      isFailing = true
      noteOnce(page.message)
      throw new ProxyPage(page.convoxMessage)
    },
    async connect() {
      try {
        const socket = await (await dialing).connect()
        isFailing = false
        return socket
      } catch (error) {
        isFailing = true
        if (isGatewayConnectionError(error)) noteOnce(error.message)
        throw error
      }
    },
  }
}

/** Whether a response has the status of an error page of proxies. The errors of the gateway are JSON. */
function couldBeErrorPage(beginning: Buffer): boolean {
  const text = beginning.toString('latin1')
  return /^HTTP\/1\.[01] 50[234][ \r]/.test(text) && !/^content-type:[^\r\n]*\bjson\b/im.test(text)
}
