import { type ClientConfig, gatewayOf, readClientConfig } from '@rack-gateway/config/client'
import { Usage } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { currentOf, localChoice, type Target } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'

interface GatewayRacks {
  readonly target: Target
  /** By the names that the gateway has for them. */
  readonly racks: readonly string[]
}

/**
 * The gateway of the racks that a command names. A name of the configuration file becomes the gateway's name for the
 * rack, as with `--rack` of other commands. Other names and patterns are the gateway's own.
 *
 * @throws Usage for racks of several gateways, and the errors of `targetOf`
 */
export async function gatewayOfRacks(context: Context, names: readonly string[]): Promise<GatewayRacks> {
  const { env, configPath } = context
  if (env.RACK_URL || env.RACK_GATEWAY_URL || env.RACK_GATEWAY_TOKEN || names.length === 0)
    return { target: await targetOf(context, null), racks: names }
  const { config } = await readClientConfig(configPath)
  const known = names.filter((name) => gatewayOf(config, name) !== null)
  const [first] = known
  if (new Set(known.map((name) => gatewayOf(config, name)?.url)).size > 1)
    throw new Usage(
      `These racks have different gateways: ${printable(known.join(', '))}.`,
      'Ask each gateway for its own racks.',
    )
  const racks = names.map((name) => {
    const entry = gatewayOf(config, name)
    return entry === null ? name : (entry.rack ?? name)
  })
  return { target: await targetOf(context, first ?? fallbackName(context, config, names)), racks: [...new Set(racks)] }
}

/** Null if something else chooses the rack, and so the gateway. */
function fallbackName(context: Context, config: ClientConfig, names: readonly string[]): string | null {
  const all = Object.keys(config.gateways ?? {})
  const [first] = all
  if (first === undefined || localChoice(context, null) !== null || currentOf(config) !== null) return null
  if (new Set(all.map((name) => gatewayOf(config, name)?.url)).size === 1) return first
  throw new Usage(
    `No gateway is chosen, and you have no rack named ${printable(names.join(', '))}.`,
    `Choose a rack of the gateway with: rack-gateway switch NAME. You have: ${printable(all.join(', '))}.`,
  )
}
