import { gatewayAddress, gatewayOf, readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { type GatewayTrust, trustAt } from '../gateway/tls/gateway-trust.ts'
import { isExpected } from '../output/exit-codes.ts'
import { rackUrlTarget } from '../target/rack-url-target.ts'
import { chosenHere, currentOf, findTarget, type Target } from '../target/target.ts'

/** What the checks examine. */
export interface Subject {
  readonly context: Context
  /** By `--rack`. */
  readonly rack: string | null
  /** The target of a command; null if there is none. */
  readonly target: Target | null
  /** The gateway's address, which can be known without a token. */
  readonly origin: string | null
  readonly trust: GatewayTrust | undefined
  readonly relay: Target['relay']
  /** Why there is no target. */
  readonly fault: Error | null
  /** The notices of reading the file. */
  readonly notices: readonly string[]
}

/** Finds the target of a command, or why there is none. Never asks the user. */
export async function findSubject(userContext: Context, rack: string | null): Promise<Subject> {
  const notices: string[] = []
  const context = { ...userContext, interactive: false, note: (line: string) => void notices.push(line) }
  try {
    const target = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack))
    const { origin, trust, relay } = target
    return { context, rack, target, origin, trust, relay, fault: null, notices }
  } catch (fault) {
    if (!isExpected(fault)) throw fault
    return { context, rack, target: null, ...(await addressWithoutToken(context, rack)), fault, notices }
  }
}

type Address = Pick<Subject, 'origin' | 'trust' | 'relay'>

const noAddress: Address = { origin: null, trust: undefined, relay: undefined }

async function addressWithoutToken(context: Context, rack: string | null): Promise<Address> {
  const { env } = context
  const url = env.RACK_URL?.trim() || env.RACK_GATEWAY_URL?.trim()
  if (url) return { ...noAddress, origin: URL.canParse(url) ? gatewayAddress(new URL(url).origin).origin : null }
  try {
    const { config } = await readClientConfig(context.configPath)
    const choice = chosenHere(context, rack) ?? currentOf(config)
    const gateway = choice === null ? null : gatewayOf(config, choice.name)
    const { origin } = gatewayAddress(gateway?.url ?? '')
    if (choice === null || origin === null) return noAddress
    const trust = trustAt(context, config, { origin, name: choice.name })
    return { origin, trust, relay: gateway?.relay === false ? 'off' : 'on' }
  } catch {
    return noAddress
  }
}
