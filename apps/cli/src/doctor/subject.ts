import { gatewayOf, readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { isExpected } from '../exit-codes.ts'
import { gatewayAddress } from '../gateway-address.ts'
import { rackUrlTarget } from '../rack-url-target.ts'
import { chosenHere, currentOf, findTarget, type Target } from '../target.ts'

/** What is looked at. */
export interface Subject {
  readonly context: Context
  /** By `--rack`. */
  readonly rack: string | null
  /** Where a command would go; null where it couldn't. */
  readonly target: Target | null
  /** Of the gateway, which can be known without a token. */
  readonly origin: string | null
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
    return { context, rack, target, origin: target.origin, fault: null, notices }
  } catch (fault) {
    if (!isExpected(fault)) throw fault
    return { context, rack, target: null, origin: await addressAlone(context, rack), fault, notices }
  }
}

async function addressAlone({ env, cwd, configPath }: Context, rack: string | null): Promise<string | null> {
  const said = env.RACK_URL?.trim() || env.RACK_GATEWAY_URL?.trim()
  if (said) return URL.canParse(said) ? gatewayAddress(new URL(said).origin).origin : null
  try {
    const { config } = await readClientConfig(configPath)
    const choice = chosenHere({ env, cwd }, rack) ?? currentOf(config)
    const url = choice === null ? undefined : gatewayOf(config, choice.name)?.url
    return url === undefined ? null : gatewayAddress(url).origin
  } catch {
    return null
  }
}
