import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { version } from '../package-files/version.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { printable, withoutPunctuation } from '../terminal/terminal.ts'
import { parseGatewayError } from './gateway-error.ts'
import { type GatewayResponse, type NoResponse, tryGateway } from './gateway-request.ts'
import { explainProxyPage } from './proxy-page.ts'

const RackSystem = Type.Object({ name: Type.String(), version: Type.String({ minLength: 1 }) })

/** The version of each part, as far as it is known. */
export interface Versions {
  readonly cli: string
  /** The versions of the CLI that the gateway asks for: the oldest supported version, and that of its own release. */
  readonly asked: { readonly minimum: string | null; readonly newest: string } | null
  readonly upgrade: 'needed' | 'advised' | 'none' | 'unknown'
  readonly gateway: { readonly address: string; readonly version: string } | null
  readonly rack: { readonly name: string; readonly version: string } | null
  /** Why a version is unknown, one sentence for each. */
  readonly unknown: readonly string[]
}

const deadline = 4_500

export async function askVersions({
  origin,
  rack,
  token,
  tlsTrust,
}: Pick<Target, 'origin' | 'rack' | 'token' | 'tlsTrust'>): Promise<Versions> {
  const path = rack === null ? '/system' : `/rack/${encodeURIComponent(rack)}/system`
  const [gatewayResponse, rackResponse] = await Promise.all([
    tryGateway(origin, { ...requestFor('versions', {}), token, tlsTrust, deadline }),
    tryGateway(origin, { path, token, tlsTrust, deadline }),
  ])
  const rackValue = successValue(rackResponse)
  const gateway = readResponse('versions', successValue(gatewayResponse))
  const system = Value.Check(RackSystem, rackValue) ? rackValue : null
  const cli = version()
  return {
    cli,
    asked: gateway?.cli ?? null,
    upgrade: upgradeOf(cli, gateway?.cli ?? null),
    gateway: gateway && { address: origin, version: gateway.gateway },
    rack: system && { name: rack ?? system.name, version: system.version },
    unknown: [
      ...(gateway ? [] : [`The version of the gateway is unknown: ${reasonOf(origin, gatewayResponse)}.`]),
      ...(system ? [] : [`The version of the rack is unknown: ${reasonOf(origin, rackResponse)}.`]),
    ],
  }
}

/** The versions if there is no gateway to ask. @param reason a sentence */
export function cliVersionOnly(reason: string): Versions {
  return {
    cli: version(),
    asked: null,
    upgrade: 'unknown',
    gateway: null,
    rack: null,
    unknown: [`The versions of the gateway and the rack are unknown. ${reason}`],
  }
}

/** Null if the version of the CLI is new enough, or if the gateway did not say. */
export function upgradeAdvice({ cli, upgrade, asked }: Versions): string | null {
  const how = 'Install the newer version in the same way as this one.'
  if (upgrade === 'needed')
    return `This is rack-gateway ${cli}, and the gateway needs ${printable(asked?.minimum ?? '')} or newer. ${how}`
  if (upgrade === 'advised')
    return `This is rack-gateway ${cli}, and the gateway is from the release ${printable(asked?.newest ?? '')}. ${how}`
  return null
}

function upgradeOf(cli: string, asked: Versions['asked']): Versions['upgrade'] {
  if (asked === null) return 'unknown'
  if (asked.minimum !== null && isOlder(cli, asked.minimum)) return 'needed'
  return isOlder(cli, asked.newest) ? 'advised' : 'none'
}

function successValue(response: GatewayResponse | NoResponse): unknown {
  return response.kind === 'answered' && response.status === 200 ? response.value : undefined
}

/** Why a version is unknown, as a clause. */
function reasonOf(origin: string, response: GatewayResponse | NoResponse): string {
  if (response.kind === 'unanswered') return `the request to ${origin} failed: ${printable(response.reason)}`
  if (response.status === 401) return `${origin} rejected the token`
  if (response.status === 403) return `${origin} denied the request (403)`
  if (response.status === 200) return `${origin} did not answer like a Rack Gateway`
  const page = explainProxyPage(response)
  if (page !== null) return `the request to ${origin} failed: ${page.reason}`
  const sentence = parseGatewayError(response.value)?.sentence
  return `${origin} answered with status ${response.status}${sentence === undefined ? '' : `: ${withoutPunctuation(sentence)}`}`
}

/** False if either text is not a version. Ignores the text after the three numbers. */
function isOlder(one: string, other: string): boolean {
  const [numbers, others] = [numbersOf(one), numbersOf(other)]
  if (numbers === null || others === null) return false
  const index = numbers.findIndex((number, index) => number !== others[index])
  return index !== -1 && (numbers[index] ?? 0) < (others[index] ?? 0)
}

function numbersOf(version: string): number[] | null {
  return /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? null
}
