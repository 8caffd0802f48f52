import { Secret } from '@rack-gateway/config/client'
import { JobTokenMissing } from '../errors.ts'
import { bodyOf, failure, mustVerify, parsed } from '../gateway/gateway-request.ts'
import { printable } from '../output/terminal.ts'
import { isTokenText } from './token-text.ts'

const deadlineMs = 10_000

/** Where the pipeline files of the documentation put it. */
const jobTokenVariable = 'RACK_GATEWAY_ID_TOKEN'

/**
 * The OIDC token of the CI job that this runs in.
 *
 * @param audience the gateway's origin
 * @param variable the name of the one that holds it, or null to look for it
 * @throws JobTokenMissing, which says what the pipeline file lacks; BadSetting
 */
export async function jobToken(env: NodeJS.ProcessEnv, audience: string, variable: string | null): Promise<Secret> {
  const named = env[variable ?? jobTokenVariable]?.trim()
  if (named) return usable(named, variable ?? jobTokenVariable)
  if (variable !== null)
    throw new JobTokenMissing(
      `The variable ${printable(variable)} is not set.`,
      'Set it to the OIDC token of this job.',
    )
  if (env.GITHUB_ACTIONS === 'true' || env.ACTIONS_ID_TOKEN_REQUEST_URL) return askGitHub(env, audience)
  const circleci = env.CIRCLE_OIDC_TOKEN_V2?.trim()
  if (circleci) return usable(circleci, 'CIRCLE_OIDC_TOKEN_V2')
  throw new JobTokenMissing('No OIDC token found.', missing(env, audience))
}

/** @throws JobTokenMissing, without what it is */
function usable(token: string, name: string): Secret {
  if (isTokenText(token)) return new Secret(token)
  throw new JobTokenMissing(
    `${printable(name)} has characters that no token has, such as a line break:`,
    'copy it again',
  )
}

/** What to add, in the words of the CI system that this seems to be. */
function missing(env: NodeJS.ProcessEnv, audience: string): string {
  if (env.GITLAB_CI) return `Add to the job: id_tokens: {${jobTokenVariable}: {aud: ${audience}}}`
  if (env.CIRCLECI)
    return `Add before it: export ${jobTokenVariable}=$(circleci run oidc get --claims '{"aud":"${audience}"}')`
  return `In CI, pass it in ${jobTokenVariable}, for the audience ${audience}.`
}

async function askGitHub(env: NodeJS.ProcessEnv, audience: string): Promise<Secret> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env
  if (!address || !token)
    throw new JobTokenMissing(
      'GitHub gives this job no OIDC token.',
      'Add to the job: permissions: {id-token: write, contents: read}',
    )
  const answer = await ask(address, token, audience)
  if (typeof answer === 'object' && answer !== null && 'value' in answer && typeof answer.value === 'string')
    return new Secret(answer.value)
  throw new JobTokenMissing('GitHub gave no OIDC token for this job.', 'Run the job again.')
}

async function ask(address: string, token: string, audience: string): Promise<unknown> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || (url.protocol !== 'https:' && url.hostname !== '127.0.0.1'))
    throw new JobTokenMissing(
      'ACTIONS_ID_TOKEN_REQUEST_URL is not an https:// address.',
      'Do not change the value that GitHub sets.',
    )
  mustVerify(url.origin)
  const bearer = usable(token, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN')
  url.searchParams.set('audience', audience)
  try {
    const answer = await fetch(url, {
      headers: { authorization: `bearer ${bearer.reveal()}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    })
    if (answer.status !== 200) throw new Error(`it answered with status ${answer.status}`)
    return parsed((await bodyOf(answer)) ?? '')
  } catch (error) {
    throw new JobTokenMissing(
      `The request to GitHub for the OIDC token failed: ${printable(failure(error))}.`,
      'Run the job again.',
    )
  }
}
