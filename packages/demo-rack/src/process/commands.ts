import { pause } from '../determinism/clock.ts'
import { RackError } from '../errors/rack-error.ts'
import type { Command, Execution } from './execution.ts'
import { runShell } from './shell.ts'

const commands: Readonly<Record<string, Command>> = {
  argv: printArguments,
  bash: startShell,
  cat: copyInput,
  echo: printLine,
  env: printRackEnvironment,
  exit: exitWithCode,
  printenv: printWholeEnvironment,
  rails: runRails,
  sh: startShell,
  sleep: waitForSeconds,
  stty: printSize,
}

/**
 * Runs one of the harmless built-in commands; every other command only says that it ran.
 *
 * @returns the exit code
 * @throws RackError without a command
 */
export function runCommand(execution: Execution): Promise<number> {
  const [name] = execution.argv
  if (name === undefined) throw new RackError(500, 'no command was given')
  return (Object.hasOwn(commands, name) ? (commands[name] ?? sayRan) : sayRan)(execution)
}

async function sayRan({ argv, write }: Execution): Promise<number> {
  await write(`ran: ${argv.join(' ')}\n`)
  return 0
}

async function printLine({ argv, write }: Execution): Promise<number> {
  await write(`${argv.slice(1).join(' ')}\n`)
  return 0
}

async function printArguments({ argv, write }: Execution): Promise<number> {
  for (const argument of argv.slice(1)) await write(`${argument}\n`)
  return 0
}

async function printRackEnvironment({ environment, write }: Execution): Promise<number> {
  for (const [name, value] of Object.entries(environment.rack)) await write(`${name}=${value}\n`)
  return 0
}

async function printWholeEnvironment({ argv, environment, write }: Execution): Promise<number> {
  const all = { ...environment.app, ...environment.rack }
  const wanted = argv.slice(1)
  if (wanted.length === 0) {
    for (const name of Object.keys(all).sort()) await write(`${name}=${all[name]}\n`)
    return 0
  }
  for (const name of wanted) if (Object.hasOwn(all, name)) await write(`${all[name]}\n`)
  return wanted.every((name) => Object.hasOwn(all, name)) ? 0 : 1
}

async function copyInput({ input, write }: Execution): Promise<number> {
  for await (const data of input) await write(data)
  return 0
}

async function exitWithCode({ argv }: Execution): Promise<number> {
  return Number.parseInt(argv[1] ?? '0', 10) || 0
}

async function waitForSeconds({ argv, clock, disconnected }: Execution): Promise<number> {
  await pause(clock, (Number.parseFloat(argv[1] ?? '0') || 0) * 1000, disconnected)
  return 0
}

/** Supports only `stty size`. The size never changes, because the rack API has no message for it. */
async function printSize({ argv, environment, size, write }: Execution): Promise<number> {
  if (argv[1] === 'size' && environment.terminal === 'terminal' && size !== undefined) {
    await write(`${size.rows} ${size.columns}\n`)
    return 0
  }
  await write("stty: 'standard input': Inappropriate ioctl for device\n")
  return 1
}

async function runRails(execution: Execution): Promise<number> {
  return ['console', 'c'].includes(execution.argv[1] ?? '') ? startShell(execution) : sayRan(execution)
}

function startShell(execution: Execution): Promise<number> {
  return runShell(execution, runCommand)
}
