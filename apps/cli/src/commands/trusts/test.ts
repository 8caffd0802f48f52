import { TrustTest, type TrustTestRequest } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { parseJson } from '../../gateway/gateway-request.ts'
import { counted } from '../../output/counted.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { readText, shownName } from '../policy/read-text.ts'
import { documentName } from '../policy/stdin-name.ts'

export const command = 'test <file>'
export const describe = 'Test which trusts match the claims of a job, and why the others do not.'
export const details =
  'The gateway decodes a token but does not verify it, and neither stores nor logs it. Exits with 3 if no trust admits the job.'
export const examples = [
  'rack-gateway trusts test claims.json',
  'echo "$RACK_GATEWAY_ID_TOKEN" | rack-gateway trusts test -     # the whole token',
]
export const builder = {
  file: {
    type: 'string',
    demandOption: true,
    complete: 'file',
    describe: 'A file with the token of a job or with its claims as JSON, or - for standard input',
  },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, ...typed }: Arguments<typeof builder>): Promise<number> {
  const file = documentName(typed.file)
  const body = readRequest(await readText(context, file), shownName(file))
  const result = await callGateway(await targetOf(context, rack), 'testTrusts', { body })
  if (json) printJson(context, TrustTest, result)
  else for (const line of lines(result)) context.print(printable(line))
  return result.admitted ? exitCodes.ok : exitCodes.checkFailed
}

/** @throws Usage, whose message contains no part of the token */
function readRequest(text: string, name: string): TrustTestRequest {
  const trimmed = text.trim()
  if (trimmed.startsWith('eyJ')) return { token: trimmed }
  const claims = parseJson(trimmed)
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { claims: { ...claims } }
  throw new Usage(
    `${name} is neither the token of a job nor a JSON object with its claims.`,
    'Save the whole token, or the JSON of its second part.',
  )
}

function lines({ text, checks, trusts, more }: TrustTest): string[] {
  const failed = checks.filter(({ passed }) => !passed)
  return [
    text,
    ...failed.map(({ check, text: why }) => `failed check ${check}: ${why}`),
    ...trusts.flatMap(trustLines),
    ...(more === 0 ? [] : [`left out: ${counted(more, 'trust')} without a match`]),
  ]
}

function trustLines({ name, matches, text, conditions }: TrustTest['trusts'][number]): string[] {
  const why = [...(text === null ? [] : [text]), ...conditions.filter(({ met }) => !met).map((one) => one.text)]
  return [`${JSON.stringify(name)} ${matches ? 'matches' : 'does not match'}`, ...why.map((line) => `  ${line}`)]
}
