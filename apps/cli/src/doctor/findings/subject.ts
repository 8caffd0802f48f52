import { gatewayAddress, gatewayOf, readClientConfig } from '@rack-gateway/config/client'
import { isExpected } from '../../errors/exit-codes.ts'
import { type GatewayTrust, trustAt } from '../../gateway/tls/gateway-trust.ts'
import type { Context } from '../../invocation/context.ts'
import { rackUrlTarget } from '../../rack-choice/local/rack-url-target.ts'
import { currentOf, findTarget, localChoice, type Target } from '../../rack-choice/local/target.ts'

/** The gateway, rack, and token that the checks examine. */
export interface CheckSubject {
  readonly context: Context
  /** The value of `--rack`, or null. */
  readonly rack: string | null
  /** The target of a command; null if there is none. */
  readonly target: Target | null
  /** The gateway's address, which can be known without a token. */
  readonly origin: string | null
  /** The authorities that may sign the gateway's certificate. */
  readonly tlsTrust: GatewayTrust | undefined
  /** Whether the file lets convox use the relay; undefined if the file decides nothing, as with `RACK_URL`. */
  readonly relay: Target['relay']
  /** Why there is no target; null if there is one. */
  readonly fault: Error | null
  readonly notices: readonly string[]
}

/** Never asks the user. */
export async function findSubject(userContext: Context, rack: string | null): Promise<CheckSubject> {
  const notices: string[] = []
  const context = { ...userContext, interactive: false, note: (line: string) => void notices.push(line) }
  try {
    const target = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack))
    const { origin, tlsTrust, relay } = target
    return { context, rack, target, origin, tlsTrust, relay, fault: null, notices }
  } catch (fault) {
    if (!isExpected(fault)) throw fault
    return { context, rack, target: null, ...(await addressWithoutToken(context, rack)), fault, notices }
  }
}

type Address = Pick<CheckSubject, 'origin' | 'tlsTrust' | 'relay'>

const noAddress: Address = { origin: null, tlsTrust: undefined, relay: undefined }

async function addressWithoutToken(context: Context, rack: string | null): Promise<Address> {
  const { env } = context
  const url = env.RACK_URL?.trim() || env.RACK_GATEWAY_URL?.trim()
  if (url) return { ...noAddress, origin: URL.canParse(url) ? gatewayAddress(new URL(url).origin).origin : null }
  try {
    const { config } = await readClientConfig(context.configPath)
    const choice = localChoice(context, rack) ?? currentOf(config)
    const gateway = choice === null ? null : gatewayOf(config, choice.name)
    const { origin } = gatewayAddress(gateway?.url ?? '')
    if (choice === null || origin === null) return noAddress
    const tlsTrust = trustAt(context, config, { origin, name: choice.name })
    return { origin, tlsTrust, relay: gateway?.relay === false ? 'off' : 'on' }
  } catch {
    return noAddress
  }
}
