import { gatewayAddress, gatewayOf, readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { type GatewayTrust, trustAt } from '../gateway/tls/gateway-trust.ts'
import { isExpected } from '../output/exit-codes.ts'
import { rackUrlTarget } from '../target/rack-url-target.ts'
import { chosenHere, currentOf, findTarget, type Target } from '../target/target.ts'

/** What is looked at. */
export interface Subject {
  readonly context: Context
  /** By `--rack`. */
  readonly rack: string | null
  /** Where a command would go; null where it couldn't. */
  readonly target: Target | null
  /** Of the gateway, which can be known without a token; and what the file says of it. */
  readonly origin: string | null
  readonly trust: GatewayTrust | undefined
  readonly relay: Target['relay']
  /** Why a command couldn't go anywhere. */
  readonly fault: Error | null
  /** What was said while the file was read. */
  readonly notices: readonly string[]
}

/** Finds out where a command would go, or why it couldn't. Nobody is asked for a password meanwhile. */
export async function subjectOf(person: Context, rack: string | null): Promise<Subject> {
  const notices: string[] = []
  const context = { ...person, interactive: false, note: (line: string) => void notices.push(line) }
  try {
    const target = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack))
    const { origin, trust, relay } = target
    return { context, rack, target, origin, trust, relay, fault: null, notices }
  } catch (fault) {
    if (!isExpected(fault)) throw fault
    return { context, rack, target: null, ...(await addressAlone(context, rack)), fault, notices }
  }
}

type Address = Pick<Subject, 'origin' | 'trust' | 'relay'>

const nowhere: Address = { origin: null, trust: undefined, relay: undefined }

async function addressAlone(context: Context, rack: string | null): Promise<Address> {
  const { env } = context
  const said = env.RACK_URL?.trim() || env.RACK_GATEWAY_URL?.trim()
  if (said) return { ...nowhere, origin: URL.canParse(said) ? gatewayAddress(new URL(said).origin).origin : null }
  try {
    const { config } = await readClientConfig(context.configPath)
    const choice = chosenHere(context, rack) ?? currentOf(config)
    const gateway = choice === null ? null : gatewayOf(config, choice.name)
    const { origin } = gatewayAddress(gateway?.url ?? '')
    if (choice === null || origin === null) return nowhere
    const trust = trustAt(context, config, { origin, name: choice.name })
    return { origin, trust, relay: gateway?.relay === false ? 'off' : 'on' }
  } catch {
    return nowhere
  }
}
