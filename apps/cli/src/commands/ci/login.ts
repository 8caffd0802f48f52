import { gatewayAddress, isUnencryptedRemote, type Secret } from '@rack-gateway/config/client'
import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { BadSetting, GatewayUnreachable, TokenRejected, UnknownRack, Usage } from '../../errors/errors.ts'
import { errorFromResponse, parseGatewayError } from '../../gateway/gateway-error.ts'
import { askGateway } from '../../gateway/gateway-request.ts'
import { maskInLog } from '../../output/mask-in-log.ts'
import { safeJson } from '../../output/safe-json.ts'
import { jobToken } from '../../session/job-token.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'login [url]'
export const describe = "Print RACK_URL for a CI job, in exchange for the job's own OIDC token."
export const examples = [
  'eval "export $(rack-gateway ci login https://gateway.example.com --rack staging)"',
  'rack-gateway ci login https://gateway.example.com >> "$GITHUB_ENV"     # GitHub Actions',
  'echo "export $(rack-gateway ci login https://gateway.example.com)" >> "$BASH_ENV"     # CircleCI',
  'rack-gateway ci login https://gateway.example.com --token-variable MY_ID_TOKEN',
]
export const builder = {
  url: { type: 'string', describe: 'The address of the gateway; the default is RACK_GATEWAY_URL' },
  trust: { type: 'string', describe: 'The trust to use, if several match the job' },
  'token-variable': { type: 'string', describe: "The variable that has the job's OIDC token" },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, url, rack, trust = null, tokenVariable = null, json } = args
  const origin = originOf(url ?? context.env.RACK_GATEWAY_URL?.trim() ?? '')
  const jwt = await jobToken(context.env, origin, tokenVariable)
  const session = await exchangeJobToken(origin, jwt, trust)
  const name = chooseRack(session.racks, rack ?? null)
  const rackUrl = `${origin.replace('//', `//convox:${session.token}@`)}/rack/${name}`
  maskInLog(context, session.token)
  context.print(json ? safeJson({ rackUrl, racks: session.racks }, 2) : `RACK_URL=${rackUrl}`)
}

function originOf(text: string): string {
  if (text === '')
    throw new Usage(
      'No gateway is named.',
      'Pass its address, such as: rack-gateway ci login https://gateway.example.com, or set RACK_GATEWAY_URL.',
    )
  const { origin, problem } = gatewayAddress(text)
  if (origin === null) throw new BadSetting(`The address of the gateway cannot be used: ${problem}.`, 'Correct it.')
  if (isUnencryptedRemote(origin))
    throw new BadSetting(`The token would go to ${origin} in plain text.`, 'Use an address with https://.')
  return origin
}

function chooseRack(racks: readonly string[], requested: string | null): string {
  const [only] = racks
  if (requested !== null && racks.includes(requested)) return requested
  if (requested === null && only !== undefined && racks.length === 1) return only
  if (racks.length === 0)
    throw new UnknownRack('The job has no role on any rack.', 'Ask an administrator of the gateway for a role.')
  if (requested === null)
    throw new UnknownRack(`The job has roles on several racks (${racks.join(', ')}).`, 'Name one with --rack.')
  throw new UnknownRack('The job has no role on that rack.', `Name one of these with --rack: ${racks.join(', ')}`)
}

interface JobSession {
  readonly token: string
  /** The names of the racks on which the job has a role. */
  readonly racks: readonly string[]
}

/** @throws TokenRejected, and as `askGateway` and `errorFromResponse` */
async function exchangeJobToken(origin: string, jwt: Secret, trust: string | null): Promise<JobSession> {
  const response = await askGateway(origin, {
    ...requestFor('exchangeJobToken', { body: trust === null ? {} : { trust } }),
    token: jwt,
  })
  const { status, value } = response
  // The schema allows only characters that need no quotes in a shell.
  const session = status === 201 ? readResponse('exchangeJobToken', value) : null
  if (session !== null) return { token: session.token, racks: session.racks.map(({ name }) => name) }
  if (status === 201)
    throw new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
  const error = parseGatewayError(value)
  // Other client errors, such as 403, are also about the job's token.
  if (error !== null && status >= 400 && status < 500 && status !== 404 && status !== 429)
    throw new TokenRejected(`${origin} rejected this job: ${error.reason}`, error.remedy)
  throw errorFromResponse(origin, response)
}
