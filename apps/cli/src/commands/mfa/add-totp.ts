import { type Enrollment, NewFactor, readResponse, requestFor } from '@rack-gateway/gateway-api'
import { GatewayUnreachable, StepUpNeeded, Usage } from '../../errors/errors.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { errorFromResponse, parseGatewayError } from '../../gateway/gateway-error.ts'
import { askGateway } from '../../gateway/gateway-request.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import type { Context } from '../../invocation/context.ts'
import { printJson } from '../../output/response.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { withChangeSession } from '../../session/change-session.ts'
import { textQrCode } from '../../terminal/qr-code.ts'
import { printable } from '../../terminal/terminal.ts'
import { printBackupCodes } from './print-backup-codes.ts'

export interface AddTotpOptions {
  readonly name: string
  readonly browser: boolean | undefined
  readonly json: boolean | undefined
  /** Can ask for a proof of a second factor. */
  begin(target: Target): Promise<Enrollment>
}

const maxAttempts = 3

/** @throws Usage without a terminal and for an enrollment that is over; StepUpNeeded without a correct code */
export async function addTotp(
  context: Context,
  target: Target,
  { name, browser, json, begin }: AddTotpOptions,
): Promise<void> {
  if (!context.interactive)
    throw new Usage(
      'Without a terminal, rack-gateway cannot add an authenticator app, because it shows the key only on the screen.',
      `Run the command at a terminal, or add the app in your browser, at ${target.origin}/gateway/second-factors.`,
    )
  const enroll = async (target: Target) => finish(context, target, { enrollment: await begin(target), name })
  const added = (await needsLogin(context, target))
    ? await withChangeSession(context, target, { browser, run: (target) => enroll(target) })
    : await enroll(target)
  if (json) return printJson(context, NewFactor, added)
  context.print(printable(`Your authenticator app ${added.factor.name} is added.`))
  if (added.backupCodes !== null) printBackupCodes(context, added.backupCodes)
}

/** A passkey proves the change without a new login. A code does not. */
async function needsLogin({ proofs }: Context, target: Target): Promise<boolean> {
  const { freshLogin } = await callGateway(target, 'secondFactorSettings', {})
  if (freshLogin) return false
  if (proofs?.choice.hasCode || proofs?.choice.method === 'totp') return true
  const factors = await listAllItems(target, 'listSecondFactors', { user: 'me' })
  return !factors.some(({ kind }) => kind === 'passkey')
}

async function finish(
  context: Context,
  target: Target,
  { enrollment: { id, totp }, name }: { readonly enrollment: Enrollment; readonly name: string },
): Promise<NewFactor> {
  if (totp === null) throw unexpectedResponse(target)
  showKey(context, totp)
  for (let attempt = 1; ; attempt++) {
    const result = await addFactor(target, { enrollment: id, name, code: await readCode(context) })
    if ('factor' in result) return result
    if (attempt === maxAttempts) throw new StepUpNeeded(`${result.problem} The app was not added.`, startAgain)
    context.note(result.problem)
  }
}

const startAgain = 'Run the command again, and delete the entry of this attempt from your app.'

/** To stderr, which is the terminal, even if stdout is a file. */
function showKey(context: Context, { secret, uri }: { readonly secret: string; readonly uri: string }): void {
  const { columns, env } = context
  const { lines, width } = textQrCode(uri, { colored: !env.NO_COLOR && env.TERM !== 'dumb' })
  const key = secret.match(/.{1,4}/g)?.join(' ') ?? ''
  if (columns !== null && columns < width) {
    context.note(`The terminal needs ${width} columns to show the QR code. Type this key into your authenticator app.`)
    context.note(`It is shown only now: ${printable(key)}`)
    return
  }
  context.note('Scan this QR code with your authenticator app. It is shown only now:')
  for (const line of lines) context.instruct(line)
  context.note(`Or type this key into the app: ${printable(key)}`)
}

/** @throws StepUpNeeded without a code */
async function readCode(context: Context): Promise<string> {
  const code = (await context.readSecret('Code that the app shows: ')).replaceAll(/\s/g, '')
  if (code === '') throw new StepUpNeeded('No code was typed, so the app was not added.', startAgain)
  return code
}

/** @returns the problem if the code is wrong. The enrollment then stays open. */
async function addFactor(
  { origin, token, tlsTrust }: Target,
  body: { readonly enrollment: string; readonly name: string; readonly code: string },
): Promise<NewFactor | { readonly problem: string }> {
  if (!/^[0-9]{6}$/.test(body.code)) return { problem: 'The code has six digits. Type the code that the app shows.' }
  const response = await askGateway(origin, { ...requestFor('addSecondFactor', { body }), token, tlsTrust })
  const error = parseGatewayError(response.value)
  if (error?.code === 'RGW_INVALID_FACTOR')
    return { problem: 'The code is wrong. Type the code that the app shows now, and check the clock of its device.' }
  if (error?.code === 'RGW_ENROLLMENT_OVER')
    throw new Usage('The five minutes for adding the app are over, so it was not added.', startAgain)
  if (response.status !== 201) throw errorFromResponse(origin, response)
  const added = readResponse('addSecondFactor', response.value)
  if (added === null) throw unexpectedResponse({ origin })
  return added
}

function unexpectedResponse({ origin }: Pick<Target, 'origin'>): Error {
  return new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
}
