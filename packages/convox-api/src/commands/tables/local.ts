import { type CommandTable, local } from '../definition/command.ts'

const names = [
  'help',
  'racks',
  'switch',
  'login',
  'update',
  'start',
  'cloud',
  'runtimes',
  'workflows',
  'workflows run',
  'rack install',
  'rack uninstall',
  'rack mv',
  'rack kubeconfig',
  'rack sync',
  'rack runtimes',
  'rack runtime attach',
]

/** Commands that make no call to the rack: for this machine, the console, or another service. */
export const localCommands: CommandTable = Object.fromEntries(names.map((name) => [name, local]))
