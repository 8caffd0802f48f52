import { StepUpNeeded } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import type { ProvingGateway } from './proofs/request-proofs.ts'
import { type CodeResponse, type Proof, proveWithCode } from './step-up-api.ts'
import type { UsableMethods } from './usable-methods.ts'

interface CodeOptions {
  readonly id: string
  readonly usable: UsableMethods
  /** The code that was given in advance, or null. */
  readonly initialCode: string | null
}

/** Attempts at a terminal. Without a terminal, there is one attempt. */
const maxAttempts = 3

/** @returns `in browser` if the user prefers a passkey @throws StepUpNeeded, Interrupted */
export async function proveByCode(
  context: Context,
  gateway: ProvingGateway,
  { id, usable, initialCode }: CodeOptions,
): Promise<Proof | 'in browser'> {
  let code = initialCode === null ? '' : normalize(initialCode)
  for (let attempt = 1; ; attempt++) {
    if (code === '') code = normalize(await context.readSecret(promptFor(usable)))
    if (code === '' && usable.passkey) return 'in browser'
    if (code === '')
      throw new StepUpNeeded('No code was typed, so nothing was done.', 'Run the command again, and type the code.')
    const response = await check(gateway, id, code)
    if (response.kind === 'proved') return response.proof
    if (attempt === maxAttempts || !context.interactive) throw new StepUpNeeded(response.reason, response.remedy)
    context.note(`${response.reason} ${response.remedy}`)
    code = ''
  }
}

/** Removes spaces, because codes are shown in groups. */
function normalize(code: string): string {
  return code.replaceAll(/\s/g, '')
}

/** A text that cannot be a code is not sent, because the gateway would count it as an attempt. */
async function check(gateway: ProvingGateway, id: string, code: string): Promise<CodeResponse> {
  if (/^[\x21-\x7e]{6,20}$/.test(code)) return proveWithCode(gateway, id, code)
  return {
    kind: 'wrong',
    reason: 'The text is not a code.',
    remedy: 'Type the six digits that your authenticator app shows, or a backup code.',
  }
}

function promptFor({ passkey, totp }: UsableMethods): string {
  const code = totp ? 'Code of your authenticator app, or a backup code' : 'Backup code'
  return passkey ? `${code} (press Enter to use a passkey in your browser): ` : `${code}: `
}
