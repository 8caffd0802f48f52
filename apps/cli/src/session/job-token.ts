import { Secret } from '@rack-gateway/config/client'
import { JobTokenMissing } from '../errors/errors.ts'
import { failureReason, parseJson, readBody, requireTlsVerification } from '../gateway/gateway-request.ts'
import { printable } from '../terminal/terminal.ts'
import { isTokenText } from '../token/token-text.ts'

const deadlineMs = 10_000

/** The variable in the pipeline files of the documentation. */
const jobTokenVariable = 'RACK_GATEWAY_ID_TOKEN'

/**
 * @param audience the gateway's origin
 * @param variable the environment variable with the token, or null to find it
 * @throws JobTokenMissing, which says what to add to the pipeline file; BadSetting
 */
export async function jobToken(env: NodeJS.ProcessEnv, audience: string, variable: string | null): Promise<Secret> {
  const variableValue = env[variable ?? jobTokenVariable]?.trim()
  if (variableValue) return checkedToken(variableValue, variable ?? jobTokenVariable)
  if (variable !== null)
    throw new JobTokenMissing(
      `The variable ${printable(variable)} is not set.`,
      'Set it to the OIDC token of this job.',
    )
  if (env.GITHUB_ACTIONS === 'true' || env.ACTIONS_ID_TOKEN_REQUEST_URL) return requestFromGitHub(env, audience)
  const circleCiToken = env.CIRCLE_OIDC_TOKEN_V2?.trim()
  if (circleCiToken) return checkedToken(circleCiToken, 'CIRCLE_OIDC_TOKEN_V2')
  throw new JobTokenMissing('No OIDC token found.', missingTokenRemedy(env, audience))
}

/** @throws JobTokenMissing, whose message does not contain the token */
function checkedToken(token: string, name: string): Secret {
  if (isTokenText(token)) return new Secret(token)
  throw new JobTokenMissing(
    `${printable(name)} has characters that tokens cannot have, such as a line break.`,
    'Copy the token again.',
  )
}

function missingTokenRemedy(env: NodeJS.ProcessEnv, audience: string): string {
  if (env.GITLAB_CI) return `Add to the job: id_tokens: {${jobTokenVariable}: {aud: ${audience}}}`
  if (env.CIRCLECI)
    return `Add before this command: export ${jobTokenVariable}=$(circleci run oidc get --claims '{"aud":"${audience}"}')`
  return `In CI, pass the token in ${jobTokenVariable}, for the audience ${audience}.`
}

async function requestFromGitHub(env: NodeJS.ProcessEnv, audience: string): Promise<Secret> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env
  if (!address || !token)
    throw new JobTokenMissing(
      'GitHub gives this job no OIDC token.',
      'Add to the job: permissions: {id-token: write, contents: read}',
    )
  const body = await fetchFromGitHub(address, token, audience)
  if (typeof body === 'object' && body !== null && 'value' in body && typeof body.value === 'string')
    return new Secret(body.value)
  throw new JobTokenMissing('GitHub gave no OIDC token for this job.', 'Run the job again.')
}

async function fetchFromGitHub(address: string, token: string, audience: string): Promise<unknown> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || (url.protocol !== 'https:' && url.hostname !== '127.0.0.1'))
    throw new JobTokenMissing(
      'ACTIONS_ID_TOKEN_REQUEST_URL is not an https:// address.',
      'Do not change the value that GitHub sets.',
    )
  requireTlsVerification(url.origin)
  const bearer = checkedToken(token, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN')
  url.searchParams.set('audience', audience)
  try {
    const response = await fetch(url, {
      headers: { authorization: `bearer ${bearer.reveal()}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    })
    if (response.status !== 200) throw new Error(`it answered with status ${response.status}`)
    return parseJson((await readBody(response)) ?? '')
  } catch (error) {
    throw new JobTokenMissing(
      `The request to GitHub for the OIDC token failed: ${printable(failureReason(error))}.`,
      'Run the job again.',
    )
  }
}
