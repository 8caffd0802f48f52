import { gatewayAddress, isExposed } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { BadSetting, UnknownRack, Usage } from '../errors.ts'
import { maskInLog } from '../output/mask-in-log.ts'
import { safeJson } from '../output/safe-json.ts'
import { exchangeJobToken } from '../session/exchange.ts'
import { jobToken } from '../session/job-token.ts'

export interface CiLoginOptions {
  /** The gateway's address; without one, RACK_GATEWAY_URL. */
  readonly url: string | null
  readonly rack: string | null
  readonly trust: string | null
  /** The variable that holds the job's OIDC token. */
  readonly tokenVariable: string | null
  readonly format: 'text' | 'json'
}

/** Prints `RACK_URL=…` for the rest of the CI job, in return for the job's own OIDC token. */
export async function ciLogin(context: Context, options: CiLoginOptions): Promise<void> {
  const { rack, trust, tokenVariable } = options
  const origin = originOf(options.url ?? context.env.RACK_GATEWAY_URL?.trim() ?? '')
  const jwt = await jobToken(context.env, origin, tokenVariable)
  const session = await exchangeJobToken(origin, jwt, trust)
  const name = chosen(session.racks, rack)
  const rackUrl = `${origin.replace('//', `//convox:${session.token}@`)}/rack/${name}`
  maskInLog(context, session.token)
  context.print(options.format === 'json' ? safeJson({ rackUrl, racks: session.racks }, 2) : `RACK_URL=${rackUrl}`)
}

function originOf(text: string): string {
  if (text === '')
    throw new Usage(
      'no gateway is named:',
      'say which gateway: rack-gateway ci login https://gateway.example.com, or set RACK_GATEWAY_URL',
    )
  const { origin, problem } = gatewayAddress(text)
  if (origin === null) throw new BadSetting(`the address of the gateway can't be used: ${problem};`, 'correct it')
  if (isExposed(origin))
    throw new BadSetting(`the token would go to ${origin} in plain text:`, 'begin the address with https://')
  return origin
}

function chosen(racks: readonly string[], wanted: string | null): string {
  const [only] = racks
  if (wanted !== null && racks.includes(wanted)) return wanted
  if (wanted === null && only !== undefined && racks.length === 1) return only
  const known = racks.length === 0 ? 'none' : racks.join(', ')
  if (wanted === null)
    throw new UnknownRack(`this job may use more or fewer than one rack (${known}):`, 'name one with --rack')
  throw new UnknownRack('this job may not use that rack:', `name one with --rack that it may use: ${known}`)
}
