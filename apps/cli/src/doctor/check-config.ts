import { statSync } from 'node:fs'
import { exitCodeOf, exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { chosenHere } from '../target/target.ts'
import { type Finding, ok, refusal, warning } from './finding.ts'
import type { Subject } from './subject.ts'

/** The file, and what chooses the rack. That somebody isn't logged in is the token's matter. */
export async function checkConfig(subject: Subject): Promise<Finding> {
  const { context, fault, notices } = subject
  if (fault !== null && exitCodeOf(fault) !== exitCodes.notLoggedIn) return refusal(fault)
  if (notices.length > 0) return warning(notices.map(printable).join('; '), null)
  const { env, configPath } = context
  if (env.RACK_URL?.trim()) return ok('RACK_URL is set, so nothing else chooses the gateway or the rack')
  if (env.RACK_GATEWAY_URL) return ok('RACK_GATEWAY_URL and RACK_GATEWAY_TOKEN stand in for the file')
  const mode = modeOf(configPath)
  if (mode === null) return warning(`there is no ${configPath} yet`, 'rack-gateway login NAME URL')
  return ok(`${configPath} (${mode})${chosenRack(subject)}`)
}

function chosenRack({ context, rack, target }: Subject): string {
  if (target?.name == null) return ''
  const from = chosenHere(context, rack)?.from ?? 'the current or only one'
  return `: the rack ${printable(target.name)}, ${from}, at ${target.origin}`
}

/** As `0600`; null for a file that isn't there. */
export function modeOf(path: string): string | null {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  return mode === undefined ? null : `0${(mode & 0o777).toString(8)}`
}
