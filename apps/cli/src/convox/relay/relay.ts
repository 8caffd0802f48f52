import type { Context } from '../../context.ts'
import { isGatewayFailure } from '../../gateway/tls/gateway-failure.ts'
import { howToTrustMore } from '../../gateway/tls/gateway-trust.ts'
import { namedAuthorities } from '../../gateway/tls/named-authorities.ts'
import { exitCodes } from '../../output/exit-codes.ts'
import type { RackTarget, Target } from '../../target/target.ts'
import type { ConvoxConnection } from './convox-connection.ts'
import type { GatewayDial, GatewayDialOptions } from './gateway-dial.ts'
import { startListener } from './listener.ts'
import { newestToken } from './newest-token.ts'

/** Milliseconds for what convox had sent when it ended. */
const grace = 250

/** @param look finds the target anew @throws BadSetting */
export async function openRelay(
  context: Context,
  target: RackTarget,
  look: () => Promise<Target>,
): Promise<ConvoxConnection> {
  const { env } = context
  const { origin, rack, trust } = target
  const dialling = beginDialling({
    origin,
    env,
    ca: namedAuthorities(trust),
    trustMore: howToTrustMore(trust),
  })
  const failures = noteFailures(context, dialling)
  const listener = await startListener({
    origin,
    path: `/rack/${encodeURIComponent(rack)}`,
    token: newestToken(target, look),
    connect: failures.connect,
  })
  return {
    env: environment(env, listener.rackUrl),
    warning: null,
    exitCode: (code) => (code !== 0 && failures.isFailing() ? exitCodes.unreachable : code),
    async close() {
      await listener.close(grace)
      ;(await dialling).close()
    },
  }
}

/** TLS is loaded, and the first connection made, while convox starts: it hasn't yet when this returns. */
async function beginDialling(options: GatewayDialOptions): Promise<GatewayDial> {
  await new Promise((resolve) => setImmediate(resolve))
  const { createGatewayDial } = await import('./gateway-dial.ts')
  const dial = createGatewayDial(options)
  // This loads TLS. If convox has ended by then, it isn't needed.
  setImmediate(dial.prepare)
  return dial
}

/** Without the token, wherever it came from. */
function environment(env: NodeJS.ProcessEnv, rackUrl: string): NodeJS.ProcessEnv {
  const { RACK_GATEWAY_TOKEN: _, ...rest } = env
  return { ...rest, RACK_URL: rackUrl }
}

/** convox shows an answer's sentence, but not that of a refused websocket: so the person is told here, each reason once. */
function noteFailures({ note }: Context, dialling: Promise<GatewayDial>) {
  const noted = new Set<string>()
  let isFailing = false
  return {
    isFailing: () => isFailing,
    async connect() {
      try {
        const socket = await (await dialling).connect()
        isFailing = false
        return socket
      } catch (error) {
        isFailing = true
        if (isGatewayFailure(error) && !noted.has(error.message)) {
          noted.add(error.message)
          note(error.message)
        }
        throw error
      }
    },
  }
}
