import { statSync } from 'node:fs'
import { exitCodeOf, exitCodes } from '../errors/exit-codes.ts'
import { localChoice } from '../rack-choice/local/target.ts'
import { printable } from '../terminal/terminal.ts'
import { type Finding, ok, problemFrom, warning } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'

/** A missing login is a finding of the token check. */
export async function checkConfig(subject: CheckSubject): Promise<Finding> {
  const { context, fault, notices } = subject
  if (fault !== null && exitCodeOf(fault) !== exitCodes.notLoggedIn) return problemFrom(fault)
  if (notices.length > 0) return warning(notices.map(printable).join(' '), null)
  const { env, configPath } = context
  if (env.RACK_URL?.trim()) return ok('RACK_URL chooses the gateway and the rack.')
  if (env.RACK_GATEWAY_URL) return ok('RACK_GATEWAY_URL and RACK_GATEWAY_TOKEN replace the file.')
  const mode = modeOf(configPath)
  if (mode === null) return warning(`There is no ${configPath} yet.`, 'Log in with: rack-gateway login NAME URL')
  return ok(`The file is ${configPath} (${mode}).${chosenRack(subject)}`)
}

function chosenRack({ context, rack, target }: CheckSubject): string {
  if (target?.name == null) return ''
  const from = localChoice(context, rack)?.source ?? 'the current or only one'
  return ` The rack is ${printable(target.name)}, ${from}, at ${target.origin}.`
}

/** Such as `0600`; null if there is no file. */
export function modeOf(path: string): string | null {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  return mode === undefined ? null : `0${(mode & 0o777).toString(8)}`
}
